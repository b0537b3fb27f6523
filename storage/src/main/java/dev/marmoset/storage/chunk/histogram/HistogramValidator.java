package dev.marmoset.storage.chunk.histogram;

import java.util.Optional;

/// Judges histograms from outside, by the rules of Prometheus (`model/histogram` of 3.14) and one of ours: bucket
/// indexes are at most 2^30 away from 0.
///
/// Only valid samples may be encoded. No input makes it throw.
public final class HistogramValidator {
  private static final int MIN_SCHEMA = -4;
  private static final int MAX_STORED_SCHEMA = 8;
  private static final int MAX_SCHEMA = 52;

  private HistogramValidator() {}

  /// Judges a sample; one of schema 9 to 52 is reduced to 8, the finest that is stored.
  public static HistogramVerdict validate(HistogramSample sample) {
    var fault = fault(sample);
    if (fault.isPresent()) {
      return new HistogramVerdict.Invalid(fault.get());
    }
    return new HistogramVerdict.Valid(
        sample.layout().schema() > MAX_STORED_SCHEMA ? sample.reducedTo(MAX_STORED_SCHEMA) : sample);
  }

  private static Optional<HistogramFault> fault(HistogramSample sample) {
    var layout = sample.layout();
    boolean custom = layout.schema() == HistogramLayout.CUSTOM_SCHEMA;
    if (!custom && (layout.schema() < MIN_SCHEMA || layout.schema() > MAX_SCHEMA)) {
      return Optional.of(HistogramFault.UNKNOWN_SCHEMA);
    }
    return spanFault(layout.positive(), sample.buckets().positive())
        .or(() -> spanFault(layout.negative(), sample.buckets().negative()))
        .or(() -> custom ? customFault(sample) : exponentialFault(layout))
        .or(() -> switch (sample) {
          case Histogram histogram -> countFault(histogram);
          case FloatHistogram histogram -> countFault(histogram);
        });
  }

  private static Optional<HistogramFault> spanFault(Spans spans, long[] bucketNumbers) {
    if (!spans.ascends()) {
      return Optional.of(HistogramFault.NEGATIVE_SPAN_OFFSET);
    }
    if (spans.bucketCount() != bucketNumbers.length) {
      return Optional.of(HistogramFault.SPANS_BUCKETS_MISMATCH);
    }
    return spans.inRange() ? Optional.empty() : Optional.of(HistogramFault.BUCKET_OUT_OF_RANGE);
  }

  private static Optional<HistogramFault> exponentialFault(HistogramLayout layout) {
    return layout.customBounds().length > 0 ? Optional.of(HistogramFault.UNEXPECTED_BOUNDS)
        : Optional.empty();
  }

  private static Optional<HistogramFault> customFault(HistogramSample sample) {
    var layout = sample.layout();
    if (!sample.isZero(sample.zeroCount()) || Double.longBitsToDouble(layout.zeroThresholdBits()) != 0) {
      return Optional.of(HistogramFault.CUSTOM_ZERO_BUCKET);
    }
    if (layout.negative().count() > 0 || sample.buckets().negative().length > 0) {
      return Optional.of(HistogramFault.CUSTOM_NEGATIVE_SIDE);
    }
    if (layout.positive().count() > 0 && layout.positive().offset(0) < 0) {
      return Optional.of(HistogramFault.NEGATIVE_SPAN_OFFSET);
    }
    return boundFault(layout.customBounds())
        .or(() -> layout.positive().end() > layout.customBounds().length + 1L
            ? Optional.of(HistogramFault.TOO_FEW_BOUNDS)
            : Optional.empty());
  }

  private static Optional<HistogramFault> boundFault(long[] bounds) {
    double previous = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < bounds.length; i++) {
      double bound = Double.longBitsToDouble(bounds[i]);
      if (Double.isNaN(bound)) {
        return Optional.of(HistogramFault.NAN_BOUND);
      }
      if (i > 0 && bound <= previous) {
        return Optional.of(HistogramFault.UNSORTED_BOUNDS);
      }
      previous = bound;
    }
    return previous == Double.POSITIVE_INFINITY ? Optional.of(HistogramFault.INFINITE_BOUND)
        : Optional.empty();
  }

  private static Optional<HistogramFault> countFault(Histogram histogram) {
    long sum = histogram.zeroCount();
    boolean overflow = false;
    for (long[] side : new long[][] {histogram.buckets().positive(), histogram.buckets().negative()}) {
      for (long bucket : histogram.counts(side)) {
        if (bucket < 0) {
          return Optional.of(HistogramFault.NEGATIVE_BUCKET);
        }
        sum += bucket;
        overflow |= Long.compareUnsigned(sum, bucket) < 0;
      }
    }
    if (Double.isNaN(Double.longBitsToDouble(histogram.sumBits()))) {
      // Observations of NaN are counted but lie in no bucket.
      boolean enough = !overflow && Long.compareUnsigned(sum, histogram.count()) <= 0;
      return enough ? Optional.empty() : Optional.of(HistogramFault.COUNT_TOO_SMALL);
    }
    return !overflow && sum == histogram.count() ? Optional.empty()
        : Optional.of(HistogramFault.COUNT_MISMATCH);
  }

  private static Optional<HistogramFault> countFault(FloatHistogram histogram) {
    for (long[] side : new long[][] {histogram.buckets().positive(), histogram.buckets().negative()}) {
      for (long bucket : side) {
        if (Double.longBitsToDouble(bucket) < 0) {
          return Optional.of(HistogramFault.NEGATIVE_BUCKET);
        }
      }
    }
    if (Double.longBitsToDouble(histogram.count()) < 0) {
      return Optional.of(HistogramFault.NEGATIVE_COUNT);
    }
    // Bucket sums are not compared: adding floats in another order gives another sum.
    return Double.longBitsToDouble(histogram.zeroCount()) < 0
        ? Optional.of(HistogramFault.NEGATIVE_ZERO_COUNT)
        : Optional.empty();
  }
}
