package dev.marmoset.storage.chunk.histogram;

/// A histogram of fractional observations, as rates and sums of histograms have. Counts and bucket numbers are raw bits
/// of a float64, bucket numbers are absolute.
public final class FloatHistogram extends HistogramSample {
  /// A sample; nothing is checked, see [HistogramValidator].
  ///
  /// @param count raw bits of the number of observations
  /// @param zeroCount raw bits of those in the zero bucket
  /// @param sumBits raw bits of the sum of observations
  /// @param buckets raw bits of absolute counts
  public FloatHistogram(ResetHint resetHint, HistogramLayout layout, long count, long zeroCount, long sumBits,
      Buckets buckets) {
    super(resetHint, layout, count, zeroCount, sumBits, buckets);
  }

  @Override
  public boolean less(long a, long b) {
    return Double.longBitsToDouble(a) < Double.longBitsToDouble(b);
  }

  @Override
  public boolean isZero(long singleCount) {
    return Double.longBitsToDouble(singleCount) == 0;
  }

  @Override
  public long[] counts(long[] bucketNumbers) {
    return bucketNumbers;
  }

  @Override
  long[] numbers(long[] counts) {
    return counts;
  }

  @Override
  long add(long a, long b) {
    return Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
  }

  @Override
  HistogramSample with(HistogramLayout newLayout, Buckets newBuckets) {
    return new FloatHistogram(resetHint(), newLayout, count(), zeroCount(), sumBits(), newBuckets);
  }

  @Override
  HistogramSample stale(ResetHint hint) {
    return new FloatHistogram(hint, HistogramLayout.EMPTY, 0, 0, STALE_SUM_BITS, Buckets.NONE);
  }
}
