package dev.marmoset.storage.chunk.histogram;

/// A histogram of whole observations. Counts are unsigned 64-bit integers, bucket numbers are deltas from bucket to
/// bucket.
public final class Histogram extends HistogramSample {
  /// A sample; nothing is checked, see [HistogramValidator].
  ///
  /// @param count number of observations, unsigned
  /// @param zeroCount those in the zero bucket, unsigned
  /// @param sumBits raw bits of the sum of observations
  /// @param buckets deltas
  public Histogram(ResetHint resetHint, HistogramLayout layout, long count, long zeroCount, long sumBits,
      Buckets buckets) {
    super(resetHint, layout, count, zeroCount, sumBits, buckets);
  }

  @Override
  public boolean less(long a, long b) {
    return Long.compareUnsigned(a, b) < 0;
  }

  @Override
  public boolean isZero(long singleCount) {
    return singleCount == 0;
  }

  @Override
  public long[] counts(long[] bucketNumbers) {
    var counts = new long[bucketNumbers.length];
    long current = 0;
    for (int i = 0; i < counts.length; i++) {
      current += bucketNumbers[i];
      counts[i] = current;
    }
    return counts;
  }

  @Override
  long[] numbers(long[] counts) {
    var deltas = new long[counts.length];
    long previous = 0;
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = counts[i] - previous;
      previous = counts[i];
    }
    return deltas;
  }

  @Override
  long add(long a, long b) {
    return a + b;
  }

  @Override
  HistogramSample with(HistogramLayout newLayout, Buckets newBuckets) {
    return new Histogram(resetHint(), newLayout, count(), zeroCount(), sumBits(), newBuckets);
  }

  @Override
  HistogramSample stale(ResetHint hint) {
    return new Histogram(hint, HistogramLayout.EMPTY, 0, 0, STALE_SUM_BITS, Buckets.NONE);
  }
}
