package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Series for tests and a short way to write them.
final class BlockData {
  /// Label values whose order by UTF-16 differs from that by UTF-8, among others.
  static final List<String> VALUES =
      List.of("a", "b", "ab", "prod-eu", "prod-us", "\uE000", "🚀", "\uFFFD", "é", "x y", "0", "10", "9");
  static final List<String> NAMES = List.of("__name__", "job", "instance", "zone", "\uE000", "🚀");

  private BlockData() {}

  /// Random series: up to six labels each out of few values, so that postings overlap; one to six chunks.
  static Map<Labels, List<Chunk>> random(RandomGenerator random, int count) {
    var series = new TreeMap<Labels, List<Chunk>>();
    while (series.size() < count) {
      var labels = new ArrayList<Label>();
      labels.add(new Label("n", Integer.toString(series.size())));
      for (String name : NAMES) {
        if (random.nextInt(3) > 0) {
          labels.add(new Label(name, VALUES.get(random.nextInt(VALUES.size()))));
        }
      }
      series.put(Labels.of(labels), floats(random, 1 + random.nextInt(600)));
    }
    return series;
  }

  static List<Chunk> floats(RandomGenerator random, int samples) {
    var encoder = new WindowEncoder();
    long t = GoldenBlock.START + random.nextInt(1000);
    for (int i = 0; i < samples; i++) {
      encoder.add(t, random.nextLong());
      t += 1 + random.nextInt(11_000);
    }
    return encoder.finish();
  }

  static BlockMeta plan() {
    var thanos = ThanosMeta.ofNew(Labels.of("cluster", "eu"));
    return new BlockMeta(GoldenBlock.ULID, GoldenBlock.START, GoldenBlock.END, BlockMeta.Stats.NONE,
        BlockMeta.Compaction.levelOne(GoldenBlock.ULID),
        Optional.of(thanos));
  }

  /// Counter histograms that grow.
  ///
  /// @param floats whether of fractional observations
  static List<Chunk> histograms(int samples, boolean floats, int schema) {
    var encoder = new WindowEncoder();
    boolean custom = schema == HistogramLayout.CUSTOM_SCHEMA;
    var layout = new HistogramLayout(schema, custom ? 0 : Double.doubleToRawLongBits(0x1p-128),
        Spans.of(0, 3), Spans.NONE,
        custom
            ? new long[] {Double.doubleToRawLongBits(0.5), Double.doubleToRawLongBits(1),
              Double.doubleToRawLongBits(2.5)}
            : new long[0]);
    for (int i = 1; i <= samples; i++) {
      long sum = Double.doubleToRawLongBits(1.5 * i);
      encoder.add(GoldenBlock.START + 15_000L * i, floats
          ? new FloatHistogram(ResetHint.UNKNOWN, layout, bits(3.0 * i), bits(0), sum,
              new Buckets(new long[] {bits(i), bits(i), bits(i)}, new long[0]))
          : new Histogram(ResetHint.UNKNOWN, layout, 6L * i, 0, sum,
              new Buckets(new long[] {i, i, i}, new long[0])));
    }
    return encoder.finish();
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  /// Writes a block below `blocks` and answers its directory.
  static Path write(Path blocks, Map<Labels, List<Chunk>> series, BlockWriterOptions options)
      throws IOException {
    try (var writer = new BlockWriter(new LocalFileSystem(), blocks, plan(), blocks, options)) {
      for (var one : series.entrySet()) {
        writer.add(one.getKey(), one.getValue());
      }
      writer.finish();
    }
    return blocks.resolve(GoldenBlock.ULID.toString());
  }
}
