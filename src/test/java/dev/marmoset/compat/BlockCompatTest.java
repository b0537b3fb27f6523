package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.Peers;
import dev.marmoset.peers.PrometheusServer;
import dev.marmoset.peers.QueryAnswer;
import dev.marmoset.storage.block.BlockWriter;
import dev.marmoset.storage.block.BlockWriterOptions;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Blocks that Marmoset wrote, read by promtool, Prometheus and Thanos: equal sample by sample to what was put in.
///
/// Three windows; floats, both kinds of histograms, custom buckets; several chunk segments; label values that sort
/// differently by UTF-16 and UTF-8.
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BlockCompatTest {
  private static final long START = 1_700_006_400_000L;
  private static final long WINDOW = 7_200_000;
  private static final int WINDOWS = 3;
  private static final int SERIES = 200;
  /// Every tenth series is of histograms.
  private static final int FLOAT_SERIES = SERIES * 9 / 10;
  private static final int SAMPLES = 480;
  /// `{labels} value time` as promtool prints floats.
  private static final Pattern ROW = Pattern.compile("(\\{.*?\\}) (\\S+) (-?[0-9]+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  private Path dir;
  private Path blocks;
  /// Value by series and time, floats only.
  private final Map<String, Double> expected = new HashMap<>();

  @BeforeAll
  void writeBlocks(@TempDir Path shared) throws IOException {
    dir = shared;
    blocks = Files.createDirectory(dir.resolve("blocks"));
    for (int window = 0; window < WINDOWS; window++) {
      long start = START + window * WINDOW;
      Ulid ulid = Ulid.of(start + WINDOW, window, window);
      var plan = new BlockMeta(ulid, start, start + WINDOW, BlockMeta.Stats.NONE,
          BlockMeta.Compaction.levelOne(ulid),
          Optional.of(ThanosMeta.ofNew(Labels.of("cluster", "eu"))));
      try (var writer =
          new BlockWriter(new LocalFileSystem(), blocks, plan, dir, new BlockWriterOptions(50_000, true))) {
        List<Labels> labels = labels();
        for (int position = 0; position < SERIES; position++) {
          writer.add(labels.get(position), encoded(labels.get(position), position, start).finish());
        }
        writer.finish();
      }
    }
  }

  private static List<Labels> labels() {
    var labels = new ArrayList<Labels>();
    for (int i = 0; i < SERIES; i++) {
      labels.add(Labels.of("__name__", "metric_" + i % 13, "i", Integer.toString(i), "order",
          i % 2 == 0 ? "\uE000" : "🚀", "quoted", "v\"\\é"));
    }
    labels.sort(Comparator.naturalOrder());
    return labels;
  }

  private WindowEncoder encoded(Labels labels, int position, long start) {
    var encoder = new WindowEncoder();
    for (int k = 0; k < SAMPLES; k++) {
      long t = start + 15_000L * k + position % 7;
      if (position % 10 == 9) {
        addHistogram(encoder, position / 10 % 3, t, k + 1);
      } else {
        double value = position % 3 == 0 ? 1000.0 * position + k : k % 50 == 0 ? Double.NaN : k / 8.0;
        encoder.add(t, Double.doubleToRawLongBits(value));
        expected.put(labels + " " + t, value);
      }
    }
    return encoder;
  }

  /// @param kind 0 integer, 1 float, 2 custom buckets
  private static void addHistogram(WindowEncoder encoder, int kind, long t, int n) {
    long sum = bits(1.5 * n);
    var layout = kind == 2
        ? new HistogramLayout(HistogramLayout.CUSTOM_SCHEMA, 0, Spans.of(0, 2), Spans.NONE,
            new long[] {bits(0.5), bits(2)})
        : new HistogramLayout(2, bits(0x1p-128), Spans.of(1, 2), Spans.NONE, new long[0]);
    if (kind == 1) {
      encoder.add(t, new FloatHistogram(ResetHint.UNKNOWN, layout, bits(2.0 * n), bits(0), sum,
          new Buckets(new long[] {bits(n), bits(n)}, new long[0])));
    } else {
      encoder.add(t, new Histogram(ResetHint.UNKNOWN, layout, 3L * n, 0, sum,
          new Buckets(new long[] {n, n}, new long[0])));
    }
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @Test
  void promtoolListsEveryBlockWithItsSizes() throws Exception {
    List<String> rows = run(Peers.PROMTOOL, "tsdb", "list", copy("list").toString());
    assertThat(rows).hasSize(WINDOWS + 1);
    assertThat(rows.subList(1, rows.size()))
        .allSatisfy(row -> assertThat(row.split("\\s+")).contains("2h0m0s", "96000", "800", "200"));
  }

  @Test
  void promtoolFindsNoDamage() throws Exception {
    Path data = copy("analyze");
    for (String ulid : new LocalFileSystem().list(blocks)) {
      assertThat(run(Peers.PROMTOOL, "tsdb", "analyze", "--extended", data.toString(), ulid))
          .contains("Block ID: " + ulid, "Total Series: " + SERIES);
    }
  }

  @Test
  void promtoolDumpsEverySample() throws Exception {
    Path data = copy("dump");
    Files.createDirectory(data.resolve("wal"));
    var left = new HashMap<>(expected);
    int histograms = 0;
    for (String row : run(Peers.PROMTOOL, "tsdb", "dump", data.toString())) {
      var parts = ROW.matcher(row);
      if (parts.matches()) {
        Double value = left.remove(unquoted(parts.group(1)) + " " + parts.group(3));
        assertThat(value).as(row).isNotNull().isEqualTo(Double.valueOf(parts.group(2)));
      } else {
        assertThat(row).contains("{count:");
        histograms++;
      }
    }
    assertThat(left).isEmpty();
    assertThat(histograms).isEqualTo((SERIES - FLOAT_SERIES) * SAMPLES * WINDOWS);
  }

  @Test
  void prometheusAnswersFromOurBlocks() throws Exception {
    long end = START + WINDOWS * WINDOW;
    try (var server =
        PrometheusServer.startOver(Files.createDirectory(dir.resolve("server")), copy("prometheus"))) {
      assertThat(number(server, "sum(count_over_time({__name__=~\"metric_.+\"}[7h]))", end))
          .isEqualByComparingTo(Integer.toString(SERIES * SAMPLES * WINDOWS));
      assertThat(number(server, "sum(sum_over_time({i=~\"0|13\"}[7h]))", end).doubleValue())
          .isEqualTo(sumOf("0", "13"));
      assertThat(number(server, "count(last_over_time({order=\"\uE000\", quoted!=\"\"}[7h]))", end))
          .isEqualByComparingTo("100");
      assertThat(number(server, "max(histogram_count(last_over_time({__name__=~\"metric_.+\"}[1h])))", end))
          .isEqualByComparingTo(Integer.toString(3 * SAMPLES));
    }
  }

  @Test
  void thanosFindsNoIssueInABucketOfOurBlocks() throws Exception {
    Path bucket = copy("bucket");
    Path configuration = Files.writeString(dir.resolve("bucket.yml"),
        "type: FILESYSTEM\nconfig:\n  directory: " + bucket + "\n");
    List<String> verified = run(Peers.THANOS, "tools", "bucket", "verify",
        "--objstore.config-file=" + configuration, "--issues=index_known_issues",
        "--issues=overlapped_blocks");
    assertThat(verified).anySatisfy(line -> assertThat(line).contains("verify task completed"))
        .noneSatisfy(line -> assertThat(line).containsPattern("level=(warn|error)"));
    assertThat(run(Peers.THANOS, "tools", "bucket", "inspect", "--objstore.config-file=" + configuration))
        .filteredOn(line -> line.contains("receive"))
        .hasSize(WINDOWS).allSatisfy(line -> assertThat(line).contains("cluster=eu", "96,000"));
  }

  private double sumOf(String... series) {
    double sum = 0;
    for (var sample : expected.entrySet()) {
      for (String i : series) {
        sum += sample.getKey().contains(", i=\"" + i + "\",") ? sample.getValue() : 0;
      }
    }
    return sum;
  }

  private static BigDecimal number(PrometheusServer server, String expression, long t) {
    QueryAnswer answer = server.api().instant(expression, t);
    assertThat(answer.sampleCount()).as(expression).isEqualTo(1);
    return new BigDecimal(answer.series().values().iterator().next().getFirst().value());
  }

  /// promtool quotes what Go does not print; our texts keep it.
  private static String unquoted(String labels) {
    var text = new ArrayList<String>();
    var each = LABEL.matcher(labels);
    while (each.find()) {
      text.add(each.group(1));
      text.add(each.group(2).replace("\\ue000", "\uE000").replace("\\\"", "\"").replace("\\\\", "\\"));
    }
    return Labels.of(text.toArray(String[]::new)).toString();
  }

  /// A copy of the blocks: the tools write beside what they read.
  private Path copy(String name) throws IOException {
    Path target = dir.resolve(name);
    try (var all = Files.walk(blocks)) {
      for (Path path : all.toList()) {
        Files.copy(path, target.resolve(blocks.relativize(path)));
      }
    }
    return target;
  }

  /// Runs a tool to its end and answers what it printed.
  private List<String> run(Peers peer, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>(List.of(peer.binary().toString()));
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
