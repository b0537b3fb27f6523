package dev.marmoset.storage.chunk.histogram;

import java.util.Arrays;

/// Short spellings of histograms for tests.
public final class Histograms {
  private static final long THRESHOLD = Double.doubleToRawLongBits(0.001);

  private Histograms() {}

  /// Raw bits of floats.
  public static long[] bits(double... values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  /// Schema 1, threshold 0.001.
  public static HistogramLayout layout(Spans positive, Spans negative) {
    return new HistogramLayout(1, THRESHOLD, positive, negative, new long[0]);
  }

  /// An integer histogram whose count is the sum of its buckets and its sum 1.5.
  ///
  /// @param counts absolute counts of the positive buckets
  public static Histogram counter(Spans positive, long... counts) {
    return histogram(ResetHint.UNKNOWN, layout(positive, Spans.NONE), 0, counts, new long[0]);
  }

  /// A gauge, otherwise as [#counter].
  public static Histogram gauge(Spans positive, long... counts) {
    return histogram(ResetHint.GAUGE, layout(positive, Spans.NONE), 0, counts, new long[0]);
  }

  /// An integer histogram from absolute counts; its count is the sum of all and its sum 1.5.
  public static Histogram histogram(ResetHint hint, HistogramLayout layout, long zeroCount, long[] positive,
      long[] negative) {
    long count = zeroCount + Arrays.stream(positive).sum() + Arrays.stream(negative).sum();
    return new Histogram(hint, layout, count, zeroCount, Double.doubleToRawLongBits(1.5),
        new Buckets(deltas(positive), deltas(negative)));
  }

  /// A float histogram, otherwise as [#counter].
  public static FloatHistogram floatCounter(Spans positive, double... counts) {
    return floatHistogram(ResetHint.UNKNOWN, layout(positive, Spans.NONE), 0, counts);
  }

  /// A float histogram from counts of positive buckets; its count is the sum of all and its sum 1.5.
  public static FloatHistogram floatHistogram(ResetHint hint, HistogramLayout layout, double zeroCount,
      double... positive) {
    double count = zeroCount + Arrays.stream(positive).sum();
    return new FloatHistogram(hint, layout, Double.doubleToRawLongBits(count),
        Double.doubleToRawLongBits(zeroCount),
        Double.doubleToRawLongBits(1.5), new Buckets(bits(positive), new long[0]));
  }

  /// The marker that ends an integer histogram series.
  public static Histogram stale(ResetHint hint) {
    return new Histogram(hint, HistogramLayout.EMPTY, 0, 0, HistogramSample.STALE_SUM_BITS, Buckets.NONE);
  }

  /// The marker that ends a float histogram series.
  public static FloatHistogram floatStale() {
    return new FloatHistogram(ResetHint.UNKNOWN, HistogramLayout.EMPTY, 0, 0, HistogramSample.STALE_SUM_BITS,
        Buckets.NONE);
  }

  /// The same histogram with another hint.
  public static Histogram hinted(ResetHint hint, Histogram sample) {
    return new Histogram(hint, sample.layout(), sample.count(), sample.zeroCount(), sample.sumBits(),
        sample.buckets());
  }

  private static long[] deltas(long[] counts) {
    var deltas = new long[counts.length];
    for (int i = 0; i < counts.length; i++) {
      deltas[i] = counts[i] - (i == 0 ? 0 : counts[i - 1]);
    }
    return deltas;
  }
}
