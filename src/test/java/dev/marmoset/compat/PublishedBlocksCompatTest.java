package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.compat.Backfill.Sent;
import dev.marmoset.conformance.Content;
import dev.marmoset.e2e.RemoteWriteSender;
import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.Peers;
import dev.marmoset.peers.Polling;
import dev.marmoset.peers.S3Server;
import dev.marmoset.peers.ThanosStore;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.storage.io.Ulid;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The shipped program publishes what it was sent about the last 20 hours; thanos store, promtool and the program
/// itself then tell the same, sample by sample, before and after a kill −9.
///
/// ```
/// test ── remote write ──► Marmoset ── blocks ──► S3Proxy ◄──── thanos store
///   └──────── StoreAPI ───────┴───────────────────────────────────────┘
/// ```
/// The whole past is one request, so that no window is cut between two parts of it.
@Tag("peers")
class PublishedBlocksCompatTest {
  private static final long WINDOW = 7_200_000;
  /// A window is cut 5 min after its end.
  private static final long CUT_MS = 360_000;
  private static final long PAST_MS = 20 * 3_600_000L;
  /// The upload looks every 30 s.
  private static final Duration UPLOAD = Duration.ofSeconds(90);
  /// `{labels} value time` as promtool prints floats, and the same for histograms.
  private static final Pattern FLOAT = Pattern.compile("(\\{[^}]*\\}) ([^{ ]+) (-?[0-9]+)");
  private static final Pattern HISTOGRAM =
      Pattern.compile("(\\{[^}]*\\}) \\{count:([^,]+), sum:([^,}]+).*\\} (-?[0-9]+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");
  private static final Pattern APPENDED =
      Pattern.compile("(?m)^prometheus_tsdb_head_samples_appended_total(?:\\{[^}]*\\})? (\\S+)");
  private static final Pattern MIN_TIME = Pattern.compile("\"minTime\":\\s*([0-9]+)");

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();
  @TempDir
  Path dir;

  private final Backfill backfill = new Backfill();
  private final long now = System.currentTimeMillis();
  private final long from = (now - PAST_MS) / 60_000 * 60_000;
  /// All windows before have ended long enough ago. The last one of them is written after the restart only.
  private final long closed = (now - CUT_MS) / WINDOW * WINDOW;
  private final long gap = closed - WINDOW;
  /// Late samples come for this one.
  private final long patched = gap - 3 * WINDOW;

  @Test
  void everybodyReadsWhatWasSent() throws Exception {
    Path bucket = Files.createDirectories(dir.resolve("s3/bucket"));
    try (var s3 = S3Server.start(dir.resolve("s3"))) {
      everybodyReadsWhatWasSent(bucket, s3.configuration("bucket"));
    }
  }

  private void everybodyReadsWhatWasSent(Path bucket, String configuration) throws Exception {
    Path _ = Peers.THANOS.binary(); // both, before anything is started
    Path _ = Peers.PROMTOOL.binary();
    var marmoset = MarmosetProcess.start("marmoset", dir, "--label=cluster=\"eu\"",
        "--objstore.config=" + configuration, "--upload.late-samples=patch",
        "--tsdb.out-of-order.time-window=24h", "--self-monitoring=false");
    try {
      logs.watch(marmoset.process());
      send(marmoset, backfill.request(from, gap));
      send(marmoset, backfill.request(closed, now));
      awaitBlocks(marmoset, bucket, gap);
      var published = backfill.sent(from, gap);
      send(marmoset, backfill.late(patched));
      agrees(marmoset.grpcAddress(), from, gap, backfill.sent(from, gap));
      Map<String, String> uploaded = files(bucket, gap);

      marmoset.kill();
      promtoolAgrees(dir.resolve("marmoset-data/blocks"), published);
      marmoset = marmoset.restart();
      logs.watch(marmoset.process());
      agrees(marmoset.grpcAddress(), from, gap, backfill.sent(from, gap));
      // What its blocks have is not in memory again, or it would be published again with the next patch.
      assertThat(replayed(marmoset))
          .isBetween(count(backfill.sent(from, gap)) - count(published),
              count(backfill.sent(from, Long.MAX_VALUE))
                  - count(published));
      send(marmoset, backfill.request(gap, closed));
      thanosAgrees(configuration, published);
      // It uploads the oldest window first: whatever it thinks is to be uploaded again is there before this one.
      awaitBlocks(marmoset, bucket, closed);
      assertThat(files(bucket, gap)).isEqualTo(uploaded);
      agrees(marmoset.grpcAddress(), from, closed, backfill.sent(from, closed));
    } finally {
      marmoset.close();
    }
  }

  private static void send(MarmosetProcess store, WriteRequest request) throws Exception {
    try (var sender = new RemoteWriteSender(store.uri("/api/v1/write"))) {
      assertThat(sender.send(request)).isEqualTo(204);
    }
  }

  /// Samples that went into the memory of a program that nobody has written to yet.
  private static long replayed(MarmosetProcess store) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      String metrics =
          http.send(HttpRequest.newBuilder(store.uri("/metrics")).build(), BodyHandlers.ofString()).body();
      var samples = APPENDED.matcher(metrics);
      assertThat(samples.find()).as(metrics).isTrue();
      return new BigDecimal(samples.group(1)).longValueExact();
    }
  }

  private static long count(Map<Map<String, String>, SortedMap<Long, Sent>> samples) {
    return samples.values().stream().mapToLong(SortedMap::size).sum();
  }

  /// Waits until the bucket has a block of every window before `end`, and sees that it is one of each.
  private void awaitBlocks(MarmosetProcess store, Path bucket, long end) {
    var wanted = LongStream.iterate(from / WINDOW * WINDOW, start -> start < end, start -> start + WINDOW)
        .boxed().toList();
    var found = Polling.until("blocks of windows before " + end, UPLOAD,
        () -> Optional.of(blocks(bucket, end)).filter(blocks -> blocks.keySet().containsAll(wanted)),
        () -> blocks(bucket, end) + " are there. " + store.process().logTail());
    assertThat(found.keySet()).containsExactlyElementsOf(wanted);
    assertThat(found.values()).allSatisfy(ulids -> assertThat(ulids).hasSize(1));
  }

  /// Blocks of windows before `end` that Thanos would see, by the start of the window, ms.
  private static SortedMap<Long, List<String>> blocks(Path bucket, long end) {
    var blocks = new TreeMap<Long, List<String>>();
    if (!Files.isDirectory(bucket)) {
      return blocks;
    }
    try (var entries = Files.list(bucket)) {
      for (Path block : entries.filter(entry -> Ulid.isUlid(entry.getFileName().toString())).toList()) {
        Path meta = block.resolve("meta.json");
        if (Files.exists(meta)) {
          var minTime = MIN_TIME.matcher(Files.readString(meta));
          assertThat(minTime.find()).isTrue();
          blocks.computeIfAbsent(Long.valueOf(minTime.group(1)), _ -> new ArrayList<>())
              .add(block.getFileName().toString());
        }
      }
      return new TreeMap<>(blocks.headMap(end));
    } catch (IOException e) {
      throw new UncheckedIOException("listing " + bucket, e);
    }
  }

  /// Size and time of every file of these blocks, by path.
  private static Map<String, String> files(Path bucket, long end) throws IOException {
    var files = new TreeMap<String, String>();
    for (String ulid : new TreeSet<>(blocks(bucket, end).values().stream().flatMap(List::stream).toList())) {
      try (var all = Files.walk(bucket.resolve(ulid))) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          files.put(bucket.relativize(file).toString(),
              Files.size(file) + " bytes at " + Files.getLastModifiedTime(file));
        }
      }
    }
    return files;
  }

  private void thanosAgrees(String configuration, Map<Map<String, String>, SortedMap<Long, Sent>> published)
      throws Exception {
    try (var thanos = ThanosStore.start(dir, configuration)) {
      logs.watch(thanos.process());
      agrees(thanos.grpcAddress(), from, gap, published);
    }
  }

  /// Whether a StoreAPI has exactly these samples from `mint` to before `maxt`, ms.
  private static void agrees(String address, long mint, long maxt,
      Map<Map<String, String>, SortedMap<Long, Sent>> expected) {
    var channel =
        NettyChannelBuilder.forTarget(address).usePlaintext().maxInboundMessageSize(64 << 20).build();
    try {
      var served = new HashMap<Map<String, String>, SortedMap<Long, String>>();
      Content.of(channel, mint, maxt - 1).series().forEach((labels, samples) -> {
        var own = new HashMap<>(labels);
        assertThat(own.remove("cluster")).as("%s", labels).isEqualTo("eu");
        served.put(Map.copyOf(own), samples.subMap(mint, maxt));
      });
      same(served, texts(expected, Sent::text));
    } finally {
      channel.shutdownNow();
    }
  }

  private void promtoolAgrees(Path blocks, Map<Map<String, String>, SortedMap<Long, Sent>> published)
      throws Exception {
    Path data = dir.resolve("promtool-data");
    try (var all = Files.walk(blocks)) {
      for (Path path : all.toList()) {
        Files.copy(path, data.resolve(blocks.relativize(path).toString()));
      }
    }
    Files.createDirectory(data.resolve("wal"));
    List<String> rows = promtool("list", data.toString());
    assertThat(rows).hasSizeGreaterThan(1);
    for (String row : rows.subList(1, rows.size())) {
      String ulid = row.split("\\s+")[0];
      assertThat(promtool("analyze", "--extended", data.toString(), ulid)).contains("Block ID: " + ulid);
    }
    var dumped = new HashMap<Map<String, String>, SortedMap<Long, String>>();
    // A window of which it is undecided whether it has ended long enough ago may have a block, too.
    for (String row : promtool("dump", "--max-time=" + (gap - 1), data.toString())) {
      addRow(dumped, row);
    }
    same(dumped, texts(published, Sent::dump));
  }

  private static void addRow(Map<Map<String, String>, SortedMap<Long, String>> dumped, String row) {
    var number = FLOAT.matcher(row);
    var histogram = HISTOGRAM.matcher(row);
    boolean isNumber = number.matches();
    assertThat(isNumber || histogram.matches()).as(row).isTrue();
    var labels = new HashMap<String, String>();
    LABEL.matcher(isNumber ? number.group(1) : histogram.group(1)).results()
        .forEach(label -> labels.put(label.group(1), label.group(2)));
    String value = isNumber
        ? Backfill.printed(number(number.group(2)))
        : Backfill.printed(number(histogram.group(2)), number(histogram.group(3)));
    long t = Long.parseLong(isNumber ? number.group(3) : histogram.group(4));
    assertThat(dumped.computeIfAbsent(Map.copyOf(labels), _ -> new TreeMap<>()).put(t, value)).as(row)
        .isNull();
  }

  /// A number as Go prints it.
  private static double number(String text) {
    return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  private static Map<Map<String, String>, SortedMap<Long, String>> texts(
      Map<Map<String, String>, SortedMap<Long, Sent>> samples, Function<Sent, String> text) {
    var texts = new HashMap<Map<String, String>, SortedMap<Long, String>>();
    samples.forEach((labels, sent) -> {
      var series = new TreeMap<Long, String>();
      sent.forEach((t, sample) -> series.put(t, text.apply(sample)));
      texts.put(labels, series);
    });
    return texts;
  }

  /// Series by series, so that a difference can be read.
  private static void same(Map<Map<String, String>, SortedMap<Long, String>> actual,
      Map<Map<String, String>, SortedMap<Long, String>> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((labels, samples) -> {
      var there = actual.getOrDefault(labels, new TreeMap<>());
      var differing = new TreeSet<String>();
      samples.forEach((t, value) -> {
        if (!value.equals(there.get(t))) {
          differing.add(t + ": " + there.get(t) + " instead of " + value);
        }
      });
      assertThat(differing).as("samples of %s", labels).isEmpty();
      assertThat(there).as("%s", labels).hasSameSizeAs(samples);
    });
  }

  /// Runs `promtool tsdb` to its end and answers what it printed.
  private List<String> promtool(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>(List.of(Peers.PROMTOOL.binary().toString(), "tsdb"));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(dir, "output", ".txt");
    Process process = new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true)
        .redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command + " ends").isTrue();
    List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(command + ": " + lines.stream().limit(20).toList()).isZero();
    return lines;
  }
}
