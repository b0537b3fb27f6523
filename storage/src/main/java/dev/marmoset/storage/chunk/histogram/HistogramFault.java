package dev.marmoset.storage.chunk.histogram;

/// Why a histogram cannot be stored. Permanent: the same sample will never be taken.
public enum HistogramFault {
  /// Neither −4 … 52 nor −53.
  UNKNOWN_SCHEMA("its schema is neither -4 to 52 nor -53"),
  /// The spans of a side name another number of buckets than there are.
  SPANS_BUCKETS_MISMATCH("its spans name another number of buckets than it has"),
  /// Offset of a span that may only move up.
  NEGATIVE_SPAN_OFFSET("a span has a negative offset"),
  /// A bucket index beyond [Spans#MAX_INDEX]: spans are 32-bit differences, and dropping empty buckets adds them up.
  BUCKET_OUT_OF_RANGE("a bucket index is more than 2^30 away from 0"),
  /// A bucket holds less than nothing.
  NEGATIVE_BUCKET("a bucket count is negative"),
  /// The count of a float histogram is below 0.
  NEGATIVE_COUNT("its count is negative"),
  /// The zero count of a float histogram is below 0.
  NEGATIVE_ZERO_COUNT("its zero count is negative"),
  /// Count differs from the observations in buckets.
  COUNT_MISMATCH("its count differs from the sum of its buckets"),
  /// Count is below the observations in buckets; more are allowed where the sum is NaN.
  COUNT_TOO_SMALL("its count is below the sum of its buckets"),
  /// Custom bounds with a schema that has none.
  UNEXPECTED_BOUNDS("it has custom bounds but no custom schema"),
  /// A custom bound is NaN.
  NAN_BOUND("a custom bound is NaN"),
  /// Custom bounds do not rise.
  UNSORTED_BOUNDS("its custom bounds do not increase strictly"),
  /// The bound +Inf is implied and must not be listed.
  INFINITE_BOUND("its last custom bound is +Inf, which is implied"),
  /// Spans reach beyond the custom bounds.
  TOO_FEW_BOUNDS("its spans reach beyond its custom bounds"),
  /// Custom buckets have no zero bucket.
  CUSTOM_ZERO_BUCKET("it has custom buckets and a zero bucket"),
  /// Custom buckets have no negative side.
  CUSTOM_NEGATIVE_SIDE("it has custom buckets and a negative side");

  private final String text;

  HistogramFault(String text) {
    this.text = text;
  }

  /// What is wrong, to follow "histogram refused:" in an answer.
  public String text() {
    return text;
  }
}
