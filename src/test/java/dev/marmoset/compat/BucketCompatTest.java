package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.Peers;
import dev.marmoset.peers.S3Server;
import dev.marmoset.server.objstore.ObjstoreFile;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.upload.FinalBlock;
import dev.marmoset.storage.upload.UploadOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What our uploader puts into buckets, looked at and compacted by Thanos.
@Tag("peers")
class BucketCompatTest {
  private static final int WINDOWS = 14;
  /// A week, and one window that is too new to be compacted.
  private static final int WEEK = 85;
  /// `{labels} value time` as promtool prints floats.
  private static final Pattern ROW = Pattern.compile("(\\{.*?\\}) (\\S+) (-?[0-9]+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  @TempDir
  Path dir;

  private ObjectStore open(String configuration) throws IOException {
    var problems = new ArrayList<String>();
    var settings = ObjstoreFile.read("test", configuration, Map.of(), problems);
    assertThat(problems).isEmpty();
    return settings.orElseThrow().open();
  }

  private String directory(Path bucket) {
    return "type: FILESYSTEM\nconfig:\n  directory: " + bucket + "\n";
  }

  private Path write(String name, String configuration) throws IOException {
    return Files.writeString(dir.resolve(name + ".yml"), configuration);
  }

  private static List<FinalBlock> windows(PublishedBlocks blocks, int count) throws IOException {
    var windows = new ArrayList<FinalBlock>();
    for (int n = 0; n < count; n++) {
      windows.add(blocks.window(n, 0));
    }
    return windows;
  }

  private static void upload(ObjectStore store, List<FinalBlock> blocks) {
    var uploader = PublishedBlocks.uploader(store);
    for (FinalBlock block : blocks) {
      assertThat(uploader.upload(block)).isInstanceOf(UploadOutcome.Uploaded.class);
    }
  }

  @Test
  void thanosSeesTheSameInADirectoryAndInS3() throws Exception {
    List<FinalBlock> blocks =
        windows(new PublishedBlocks(Files.createDirectory(dir.resolve("local"))), WINDOWS);
    Files.createDirectories(dir.resolve("s3/bucket"));
    try (var s3 = S3Server.start(dir.resolve("s3"))) {
      var configurations = List.of(directory(dir.resolve("bucket")), s3.configuration("bucket"),
          s3.configuration("bucket") + "prefix: some/prefix\n");
      for (int i = 0; i < configurations.size(); i++) {
        try (ObjectStore store = open(configurations.get(i))) {
          upload(store, blocks);
        }
        thanosAgrees(write("bucket-" + i, configurations.get(i)), blocks);
      }
    }
  }

  private void thanosAgrees(Path configuration, List<FinalBlock> blocks) throws Exception {
    String flag = "--objstore.config-file=" + configuration;
    assertThat(run("tools", "bucket", "ls", flag).stream().filter(Ulid::isUlid))
        .containsExactlyInAnyOrderElementsOf(blocks.stream().map(block -> block.ulid().toString()).toList());
    List<String> verified = run("tools", "bucket", "verify", flag, "--issues=index_known_issues",
        "--issues=overlapped_blocks");
    assertThat(verified).anySatisfy(line -> assertThat(line).contains("verify task completed"))
        .noneSatisfy(line -> assertThat(line).containsPattern("level=(warn|error)"));
    assertThat(run("tools", "bucket", "inspect", flag)).filteredOn(line -> line.contains("receive"))
        .hasSize(WINDOWS).allSatisfy(line -> assertThat(line).contains("cluster=eu", "4,800"));
  }

  @Test
  void thanosCompactsDuplicatesAndPatchesToTheSameSamples() throws Exception {
    Path bucket = dir.resolve("bucket");
    Path configuration = write("bucket", directory(bucket));
    var local = new PublishedBlocks(Files.createDirectory(dir.resolve("local")));
    List<FinalBlock> blocks = windows(local, WEEK);
    FinalBlock patch = local.patch(5, 1);
    try (ObjectStore store = open(directory(bucket))) {
      upload(store, blocks);
      upload(store, List.of(patch));
      FinalBlock duplicate = local.window(3, 500);
      PublishedBlocks.smuggle(duplicate, bucket);
      compact(configuration);
      assertThat(visible(bucket)).doesNotContain(duplicate.ulid(), blocks.get(0).ulid(), patch.ulid())
          .contains(blocks.get(WEEK - 1).ulid()).hasSizeLessThan(WEEK / 4);
      assertThat(dump(bucket, "first")).isEqualTo(local.samples);
      compact(configuration);
      assertThat(dump(bucket, "second")).isEqualTo(local.samples);
      // A process that was down all the time tries them all again.
      var uploader = PublishedBlocks.uploader(store);
      Set<Ulid> before = visible(bucket);
      for (FinalBlock block : blocks) {
        assertThat(uploader.upload(block)).isNotInstanceOfAny(UploadOutcome.Retry.class,
            UploadOutcome.Conflict.class);
      }
      assertThat(uploader.upload(blocks.get(0))).isInstanceOf(UploadOutcome.AlreadyPublished.class);
      assertThat(visible(bucket)).isEqualTo(before);
      // A put of a dead process lands after all.
      PublishedBlocks.smuggle(blocks.get(2), bucket);
      assertThat(uploader.audit(PublishedBlocks.IDENTITY, 0).retired()).hasSize(1);
      compact(configuration);
      assertThat(dump(bucket, "third")).isEqualTo(local.samples);
    }
  }

  private void compact(Path configuration) throws Exception {
    Path data = Files.createTempDirectory(dir, "compact");
    List<String> log = run("compact", "--data-dir=" + data, "--objstore.config-file=" + configuration,
        "--http-address=127.0.0.1:0", "--consistency-delay=0s", "--delete-delay=0s",
        "--compact.enable-vertical-compaction", "--downsampling.disable");
    assertThat(log).noneSatisfy(line -> assertThat(line).containsPattern("level=error|halt|overlaps found"));
  }

  /// Blocks that Thanos shows.
  private static Set<Ulid> visible(Path bucket) throws IOException {
    var visible = new HashSet<Ulid>();
    try (var entries = Files.list(bucket)) {
      for (Path entry : entries.toList()) {
        if (Files.exists(entry.resolve("meta.json")) && !Files.exists(entry.resolve("deletion-mark.json"))) {
          visible.add(Ulid.parse(entry.getFileName().toString()));
        }
      }
    }
    return visible;
  }

  /// Every sample of the visible blocks, as promtool reads them; none twice.
  private Map<String, Double> dump(Path bucket, String name) throws Exception {
    Path data = Files.createDirectory(dir.resolve(name));
    Files.createDirectory(data.resolve("wal"));
    for (Ulid ulid : visible(bucket)) {
      Path block = bucket.resolve(ulid.toString());
      try (var all = Files.walk(block)) {
        for (Path path : all.toList()) {
          Files.copy(path, data.resolve(ulid.toString()).resolve(block.relativize(path).toString()));
        }
      }
    }
    var samples = new HashMap<String, Double>();
    for (String row : run(Peers.PROMTOOL, "tsdb", "dump", data.toString())) {
      var parts = ROW.matcher(row);
      assertThat(parts.matches()).as(row).isTrue();
      var text = new ArrayList<String>();
      LABEL.matcher(parts.group(1)).results()
          .forEach(label -> text.addAll(List.of(label.group(1), label.group(2))));
      assertThat(samples.put(Labels.of(text.toArray(String[]::new)) + " " + parts.group(3),
          Double.valueOf(parts.group(2)))).as(row).isNull();
    }
    return samples;
  }

  private List<String> run(String... arguments) throws IOException, InterruptedException {
    return run(Peers.THANOS, arguments);
  }

  /// Runs a tool to its end and answers what it printed.
  private List<String> run(Peers peer, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>(List.of(peer.binary().toString()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(dir, "output", ".txt");
    Process process = new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true)
        .redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(command + " ends").isTrue();
    List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(command + ": " + String.join("\n", lines)).isZero();
    return lines;
  }
}
