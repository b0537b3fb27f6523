package dev.marmoset.storage.chunk.histogram;

import java.util.Arrays;

/// The bucket numbers of a histogram in the order of its spans.
///
/// In a [Histogram] they are deltas from bucket to bucket, the first of a side against 0; in a [FloatHistogram] they
/// are raw bits of absolute counts.
public final class Buckets {
  /// No bucket.
  public static final Buckets NONE = new Buckets(new long[0], new long[0]);

  private final long[] positive;
  private final long[] negative;

  /// Wraps both sides; ownership of the arrays passes.
  public Buckets(long[] positive, long[] negative) {
    this.positive = positive;
    this.negative = negative;
  }

  /// The buckets above zero, not a copy. Callers must not modify them.
  public long[] positive() {
    return positive;
  }

  /// The buckets below zero, not a copy. Callers must not modify them.
  public long[] negative() {
    return negative;
  }

  /// Equal number by number.
  @Override
  public boolean equals(Object other) {
    return other instanceof Buckets buckets && Arrays.equals(positive, buckets.positive)
        && Arrays.equals(negative, buckets.negative);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(positive) + Arrays.hashCode(negative);
  }

  @Override
  public String toString() {
    return Arrays.toString(positive) + " and " + Arrays.toString(negative);
  }
}
