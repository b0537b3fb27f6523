package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Runs of valid histograms as a series has them: growing, with new buckets, resets, stale markers, gauges, other
/// schemas.
final class HistogramRuns {
  private static final int BUCKETS = 12;

  private final Random random;
  private final boolean floats;
  /// How many samples go by between two events.
  private final int calm;
  /// Whether samples show empty buckets.
  private final boolean showsEmpty;
  /// Buckets in use so far; they come one by one, so that chunks are widened again and again.
  private int reach;
  private final long[] counts = new long[BUCKETS];
  private long zeros;
  private int schema = 1;
  private boolean custom;
  private boolean gauge;

  private HistogramRuns(long seed, boolean floats) {
    this.random = new Random(seed);
    this.floats = floats;
    this.calm = random.nextBoolean() ? 40 : 600;
    this.showsEmpty = random.nextBoolean();
  }

  /// A run of samples, canonical or not.
  static List<HistogramSample> run(long seed, int length, boolean floats) {
    var runs = new HistogramRuns(seed, floats);
    var samples = new ArrayList<HistogramSample>();
    for (int i = 0; i < length; i++) {
      samples.add(runs.next());
    }
    return samples;
  }

  private HistogramSample next() {
    switch (random.nextInt(calm)) {
      case 0 -> Arrays.fill(counts, 0);
      case 1 -> counts[random.nextInt(BUCKETS)] /= 2;
      case 2 -> schema = random.nextInt(-4, 9);
      case 3 -> custom = !custom;
      case 4 -> gauge = !gauge;
      case 5 -> {
        return stale();
      }
      default -> grow();
    }
    return sample();
  }

  private void grow() {
    for (int i = random.nextInt(4); i > 0; i--) {
      counts[random.nextInt(reach + 1) * 5 % BUCKETS] += random.nextInt(1 << random.nextInt(20));
    }
    zeros += random.nextInt(3);
    if (reach < BUCKETS - 1 && random.nextInt(10) == 0) {
      reach++;
    }
  }

  private HistogramSample stale() {
    var hint = gauge ? ResetHint.GAUGE : ResetHint.UNKNOWN;
    return floats
        ? new FloatHistogram(hint, HistogramLayout.EMPTY, 0, 0, HistogramSample.STALE_SUM_BITS, Buckets.NONE)
        : new Histogram(hint, HistogramLayout.EMPTY, 0, 0, HistogramSample.STALE_SUM_BITS, Buckets.NONE);
  }

  private HistogramSample sample() {
    // The lower half of the buckets is the negative side.
    int split = custom ? 0 : BUCKETS / 2;
    var negative = side(0, split);
    var positive = side(split, BUCKETS);
    var layout = new HistogramLayout(custom ? HistogramLayout.CUSTOM_SCHEMA : schema,
        custom ? 0 : Double.doubleToRawLongBits(0.001),
        positive.spans, negative.spans, custom ? bounds() : new long[0]);
    long inZero = custom ? 0 : zeros;
    long count = inZero + Arrays.stream(positive.counts).sum() + Arrays.stream(negative.counts).sum();
    var hint = gauge ? ResetHint.GAUGE : ResetHint.UNKNOWN;
    long sum = random.nextInt(5) == 0 ? 0x7ff8000000000001L : Double.doubleToRawLongBits(random.nextDouble());
    return floats
        ? new FloatHistogram(hint, layout, bits(count), bits(inZero), sum,
            new Buckets(bits(positive.counts), bits(negative.counts)))
        : new Histogram(hint, layout, count, inZero, sum,
            new Buckets(deltas(positive.counts), deltas(negative.counts)));
  }

  private static long[] bounds() {
    return new long[] {bits(0.005), bits(0.01), bits(1.0 / 3), bits(1), bits(2), bits(3), bits(4), bits(5),
      bits(33554.430),
      bits(33554.431), bits(1e300)};
  }

  private static final class Part {
    private final Spans spans;
    private final long[] counts;

    Part(Spans spans, long[] counts) {
      this.spans = spans;
      this.counts = counts;
    }
  }

  /// Populated buckets and some of the empty ones.
  private Part side(int from, int to) {
    var indexes = new int[to - from];
    var kept = new long[to - from];
    int size = 0;
    for (int i = from; i < to; i++) {
      if (counts[i] != 0 || (showsEmpty && random.nextInt(4) == 0)) {
        indexes[size] = i - from;
        kept[size] = counts[i];
        size++;
      }
    }
    return new Part(Spans.covering(indexes, size), Arrays.copyOf(kept, size));
  }

  private static long[] deltas(long[] counts) {
    var deltas = new long[counts.length];
    for (int i = 0; i < counts.length; i++) {
      deltas[i] = counts[i] - (i == 0 ? 0 : counts[i - 1]);
    }
    return deltas;
  }

  private static long[] bits(long[] counts) {
    return Arrays.stream(counts).map(HistogramRuns::bits).toArray();
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
