package dev.marmoset.storage.head;

import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.storage.head.open.SeriesLines;
import dev.marmoset.storage.head.series.SeriesTable;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does finding one of a million series cost, in the order that the prediction expects and in random order?
///
/// `hash` is what both add to: the low word over 232 bytes of labels from a request's buffer. `find…` starts from the hash.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SeriesLookupBenchmark.BATCH)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class SeriesLookupBenchmark {
  static final int BATCH = 2000;
  private static final int SERIES = 1_000_000;

  private final LabelHash hash = new LabelHash(new SplittableRandom(4));
  private final SeriesLines lines = new SeriesLines();
  private final SeriesTable table = new SeriesTable(lines::lowHash);
  private final long[] high = new long[SERIES];
  private final long[] low = new long[SERIES];
  private final int[] shuffled = new int[SERIES];
  private final byte[][] regions = new byte[BATCH][];
  private int at;

  @Setup
  public void fill() {
    var random = new SplittableRandom(5);
    for (int i = 0; i < SERIES; i++) {
      high[i] = random.nextLong();
      low[i] = random.nextLong();
      lines.add(i, low[i], i);
      table.add(high[i], i);
      int j = random.nextInt(i + 1);
      shuffled[i] = shuffled[j];
      shuffled[j] = i;
    }
    for (int i = 0; i < BATCH; i++) {
      regions[i] = LabelRegion.encode(Labels.of(SeriesFixtures.labels(i)));
    }
  }

  @Benchmark
  public long hash() {
    long sum = 0;
    for (byte[] region : regions) {
      sum += hash.low(region, 0, region.length);
    }
    return sum;
  }

  @Benchmark
  public long findPredicted() {
    long sum = 0;
    int predicted = at;
    for (int i = at; i < at + BATCH; i++) {
      int id = lines.lowHash(predicted) == low[i] ? predicted : table.find(high[i], low[i]);
      sum += id;
      predicted = (id + 1) % SERIES;
    }
    at = (at + BATCH) % SERIES;
    return sum;
  }

  @Benchmark
  public long findRandom() {
    long sum = 0;
    int predicted = 0;
    for (int i = at; i < at + BATCH; i++) {
      int series = shuffled[i];
      int id = lines.lowHash(predicted) == low[series] ? predicted : table.find(high[series], low[series]);
      sum += id;
      predicted = (id + 1) % SERIES;
    }
    at = (at + BATCH) % SERIES;
    return sum;
  }
}
