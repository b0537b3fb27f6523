package dev.marmoset.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.server.cli.Invocation.BlocksVerb;
import dev.marmoset.storage.block.BlockWriter;
import dev.marmoset.storage.block.BlockWriterOptions;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.BucketSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketBlocksCommandTest {
  private static final Ulid BLOCK = Ulid.parse("01J000000000000000000000AA");
  private static final Ulid PARTIAL = Ulid.parse("01J000000000000000000000AB");
  private static final long START = 1_700_006_400_000L;

  @TempDir
  Path directory;

  @Test
  void listsVerifiesAndInspectsABucket() throws IOException {
    write();
    Files.createDirectories(bucket().resolve(PARTIAL.toString()));
    Files.writeString(bucket().resolve(PARTIAL + "/index"), "x");
    Files.createDirectories(bucket().resolve("marmoset/owners"));
    Files.writeString(bucket().resolve("marmoset/owners/x.json"), "{}");
    var listed = run(BlocksVerb.LIST, false);
    assertThat(listed.sound()).isTrue();
    assertThat(listed.text()).contains(BLOCK.toString(), PARTIAL + "  no block: no meta.json",
        "2 blocks, 0 with findings");
    var verified = run(BlocksVerb.VERIFY, false);
    assertThat(verified.sound()).isTrue();
    assertThat(verified.text()).contains("ok");
    assertThat(run(BlocksVerb.INSPECT, false).text()).contains("values of __name__", "1 files");
    assertThat(run(BlocksVerb.LIST, true).text()).startsWith("[{\"ulid\":\"" + BLOCK + "\"")
        .contains("\"samples\":240");
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void namesWhatIsWrongAndCleansUp() throws IOException {
    write();
    Path chunks = bucket().resolve(BLOCK + "/chunks/000001");
    byte[] bytes = Files.readAllBytes(chunks);
    bytes[40] ^= 1;
    Files.write(chunks, bytes);
    var verified = run(BlocksVerb.VERIFY, true);
    assertThat(verified.sound()).isFalse();
    assertThat(verified.text()).contains("\"findings\":[{\"file\":\"" + BLOCK + "/chunks/000001\"",
        "SHA-256");
    Files.delete(bucket().resolve(BLOCK + "/index"));
    assertThat(run(BlocksVerb.VERIFY, false).text()).contains("FAULTY", "index");
    assertThat(run(BlocksVerb.INSPECT, false).text()).contains("has no index");
    Files.write(bucket().resolve(BLOCK + "/meta.json"), "{".getBytes(UTF_8));
    assertThat(run(BlocksVerb.LIST, false)).satisfies(result -> {
      assertThat(result.sound()).isFalse();
      assertThat(result.text()).contains(BLOCK + "  unreadable", "JSON");
    });
    assertThat(scratch()).isEmptyDirectory();
  }

  @Test
  void anEmptyBucketSaysSo() throws IOException {
    assertThat(run(BlocksVerb.LIST, false).text()).isEqualTo("no blocks in the bucket\n");
  }

  @Test
  void aBucketThatCannotBeListedIsAnError() throws IOException {
    Files.writeString(bucket(), "a file");
    assertThatThrownBy(() -> run(BlocksVerb.LIST, false)).isInstanceOf(IOException.class)
        .hasMessageContaining("list of \"\"");
  }

  @Test
  void theCommandLineTakesABucketInsteadOfADirectory() {
    var reader = new CommandLineReader(Map.of("X", "/b"));
    String config = "type: FILESYSTEM\nconfig: {directory: $(X)}";
    var expected = new Invocation.Blocks(BlocksVerb.LIST,
        new Invocation.BlocksBucket(new BucketSettings.Directory(Path.of("/b"), ""),
            Optional.of(Path.of("/s"))),
        false);
    assertThat(reader.read("blocks", "list", "--objstore.config=" + config, "--tsdb.scratch-path=/s"))
        .isEqualTo(expected);
    assertThat(new CommandLineReader(
        Map.of("X", "/b", "MARMOSET_OBJSTORE_CONFIG", config, "MARMOSET_TSDB_SCRATCH_PATH", "/s"))
        .read("blocks", "list")).isEqualTo(expected);
    assertThat(reader.read("blocks", "list", "/dir", "--objstore.config=" + config))
        .isEqualTo(new Invocation.Misuse(
            List.of("blocks looks at the directory /dir or at a bucket, not at both")));
    assertThat(reader.read("blocks", "list", "--objstore.config=type: S4\nconfig: {a: b}"))
        .isEqualTo(new Invocation.Misuse(List.of("--objstore.config: type is none of S3, FILESYSTEM")));
  }

  private Path bucket() {
    return directory.resolve("bucket");
  }

  private Path scratch() throws IOException {
    return Files.createDirectories(directory.resolve("scratch"));
  }

  private BlocksCommand.Result run(BlocksVerb verb, boolean json) throws IOException {
    var place =
        new Invocation.BlocksBucket(new BucketSettings.Directory(bucket(), ""), Optional.of(scratch()));
    return new BlocksCommand(new LocalFileSystem(),
        new PrintStream(new ByteArrayOutputStream(), false, UTF_8))
        .run(new Invocation.Blocks(verb, place, json));
  }

  private void write() throws IOException {
    var plan = new BlockMeta(BLOCK, START, START + ChunkCut.WINDOW_MS, BlockMeta.Stats.NONE,
        BlockMeta.Compaction.levelOne(BLOCK), Optional.of(ThanosMeta.ofNew(Labels.of("cluster", "eu"))));
    Files.createDirectories(bucket());
    try (var writer = new BlockWriter(new LocalFileSystem(), bucket(), plan, scratch(),
        new BlockWriterOptions(1 << 20, true))) {
      var encoder = new WindowEncoder();
      for (int i = 0; i < 240; i++) {
        encoder.add(START + 15_000L * i, i);
      }
      writer.add(Labels.of(Labels.METRIC_NAME, "a"), encoder.finish());
      writer.finish();
    }
  }
}
