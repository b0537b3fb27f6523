package dev.marmoset.storage.chunk.histogram;

import static dev.marmoset.storage.chunk.histogram.Histograms.bits;
import static dev.marmoset.storage.chunk.histogram.Histograms.counter;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramValidatorTest {
  private static final long[] NONE = {};
  private static final long NAN = Double.doubleToRawLongBits(Double.NaN);

  @Test
  void acceptsWhatAddsUp() {
    assertValid(counter(Spans.of(-2, 2, 1, 1), 1, 2, 3));
    assertValid(new Histogram(ResetHint.UNKNOWN, layout(1, Spans.of(0, 1), Spans.of(0, 2)), 9, 2, 0,
        new Buckets(new long[] {1}, new long[] {4, -2})));
    assertValid(new Histogram(ResetHint.UNKNOWN, layout(0, Spans.NONE, Spans.NONE), 0, 0, 0, Buckets.NONE));
    assertValid(Histograms.stale(ResetHint.UNKNOWN));
    assertValid(Histograms.floatStale());
    assertValid(Histograms.floatCounter(Spans.of(0, 2), 1.5, Double.NaN));
  }

  @ParameterizedTest
  @ValueSource(ints = {-4, 0, 8})
  void storesTheseSchemasAsTheyAre(int schema) {
    var sample = integer(layout(schema, Spans.of(3, 1), Spans.NONE), 1, 1);
    assertThat(HistogramValidator.validate(sample)).isEqualTo(new HistogramVerdict.Valid(sample));
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 20, 52})
  void reducesFineSchemasToEight(int schema) {
    var sample = integer(layout(schema, Spans.of(1 << 20, 1), Spans.NONE), 1, 1);
    int index = (int) ((((1L << 20) - 1) >> (schema - 8)) + 1);
    assertThat(HistogramValidator.validate(sample))
        .isEqualTo(new HistogramVerdict.Valid(integer(layout(8, Spans.of(index, 1), Spans.NONE), 1, 1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-5, -9, 53, 99, -52, -54, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void refusesOtherSchemas(int schema) {
    assertFault(integer(layout(schema, Spans.NONE, Spans.NONE), 0), HistogramFault.UNKNOWN_SCHEMA);
  }

  @Test
  void spansMustNameTheBuckets() {
    assertFault(integer(layout(1, Spans.of(0, 2), Spans.NONE), 1, 1), HistogramFault.SPANS_BUCKETS_MISMATCH);
    assertFault(integer(layout(1, Spans.NONE, Spans.of(0, 1)), 0), HistogramFault.SPANS_BUCKETS_MISMATCH);
    assertFault(integer(layout(1, Spans.of(0, -1), Spans.NONE), 1, 1), HistogramFault.SPANS_BUCKETS_MISMATCH);
    assertFault(integer(layout(1, Spans.of(0, 1, -1, 1), Spans.NONE), 2, 1, 0),
        HistogramFault.NEGATIVE_SPAN_OFFSET);
    assertFault(integer(layout(1, Spans.of(Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 1), Spans.NONE), 1, 1),
        HistogramFault.BUCKET_OUT_OF_RANGE);
  }

  @Test
  void integerCountsMustAddUp() {
    var one = layout(1, Spans.of(0, 1), Spans.NONE);
    assertFault(integer(one, 2, 1), HistogramFault.COUNT_MISMATCH);
    assertFault(integer(layout(1, Spans.of(0, 2), Spans.NONE), 0, 1, -2), HistogramFault.NEGATIVE_BUCKET);
    assertFault(integer(layout(1, Spans.of(0, 2), Spans.NONE), 0, Long.MAX_VALUE, 1),
        HistogramFault.NEGATIVE_BUCKET);
    // Two buckets of 2^63 − 1 and one of 2 add up to 2^64, which is not 0.
    assertFault(integer(layout(1, Spans.of(0, 3), Spans.NONE), 0, Long.MAX_VALUE, 0, 2 - Long.MAX_VALUE),
        HistogramFault.COUNT_MISMATCH);
  }

  @Test
  void observationsOfNanLieInNoBucket() {
    var one = layout(1, Spans.of(0, 1), Spans.NONE);
    assertValid(new Histogram(ResetHint.UNKNOWN, one, 5, 1, NAN, new Buckets(new long[] {3}, NONE)));
    assertFault(new Histogram(ResetHint.UNKNOWN, one, 3, 1, NAN, new Buckets(new long[] {3}, NONE)),
        HistogramFault.COUNT_TOO_SMALL);
  }

  @Test
  void floatCountsMustNotBeNegative() {
    var one = layout(1, Spans.of(0, 1), Spans.NONE);
    assertFault(floats(one, 1, 0, -0.5), HistogramFault.NEGATIVE_BUCKET);
    assertFault(floats(one, -1, 0, 0.5), HistogramFault.NEGATIVE_COUNT);
    assertFault(floats(one, 1, -1, 0.5), HistogramFault.NEGATIVE_ZERO_COUNT);
    assertValid(floats(one, 100, 0, 0.5));
  }

  @Test
  void customBoundsMustRiseAndEndBeforeInfinity() {
    assertValid(custom(Spans.of(0, 3), bits(1, 2), 1, 0, 0));
    assertValid(custom(Spans.of(0, 1, 1, 1), bits(Double.NEGATIVE_INFINITY, 2), 1, 0));
    assertFault(custom(Spans.of(0, 1), bits(1, 1), 1), HistogramFault.UNSORTED_BOUNDS);
    assertFault(custom(Spans.of(0, 1), bits(2, 1), 1), HistogramFault.UNSORTED_BOUNDS);
    assertFault(custom(Spans.of(0, 1), bits(1, Double.NaN), 1), HistogramFault.NAN_BOUND);
    assertFault(custom(Spans.of(0, 1), bits(1, Double.POSITIVE_INFINITY), 1), HistogramFault.INFINITE_BOUND);
    assertFault(custom(Spans.of(0, 3), bits(1), 1, 0, 0), HistogramFault.TOO_FEW_BOUNDS);
    assertFault(custom(Spans.of(2, 1), bits(1), 1), HistogramFault.TOO_FEW_BOUNDS);
    assertFault(custom(Spans.of(-1, 1), bits(1), 1), HistogramFault.NEGATIVE_SPAN_OFFSET);
  }

  @Test
  void customBucketsHaveNoZeroBucketAndNoNegativeSide() {
    var layout = new HistogramLayout(-53, 0, Spans.NONE, Spans.NONE, bits(1));
    assertFault(new Histogram(ResetHint.UNKNOWN, layout, 1, 1, 0, Buckets.NONE),
        HistogramFault.CUSTOM_ZERO_BUCKET);
    assertFault(integer(new HistogramLayout(-53, 1, Spans.NONE, Spans.NONE, bits(1)), 0),
        HistogramFault.CUSTOM_ZERO_BUCKET);
    assertFault(
        new Histogram(ResetHint.UNKNOWN, layout.with(Spans.NONE, Spans.of(0, 1)), 1, 0, 0,
            new Buckets(NONE, new long[] {1})),
        HistogramFault.CUSTOM_NEGATIVE_SIDE);
  }

  @Test
  void exponentialBucketsHaveNoCustomBounds() {
    assertFault(integer(new HistogramLayout(1, 0, Spans.NONE, Spans.NONE, bits(1)), 0),
        HistogramFault.UNEXPECTED_BOUNDS);
  }

  @Test
  void everyFaultHasItsText() {
    for (var fault : HistogramFault.values()) {
      assertThat(fault.text()).isNotBlank();
    }
  }

  private static HistogramLayout layout(int schema, Spans positive, Spans negative) {
    return new HistogramLayout(schema, 0, positive, negative, NONE);
  }

  private static Histogram integer(HistogramLayout layout, long count, long... deltas) {
    return new Histogram(ResetHint.UNKNOWN, layout, count, 0, 0, new Buckets(deltas, NONE));
  }

  private static FloatHistogram floats(HistogramLayout layout, double count, double zeroCount,
      double... buckets) {
    return new FloatHistogram(ResetHint.UNKNOWN, layout, Double.doubleToRawLongBits(count),
        Double.doubleToRawLongBits(zeroCount), 0,
        new Buckets(bits(buckets), NONE));
  }

  /// Deltas of which the first is the count of every bucket, so that all of them add up.
  private static Histogram custom(Spans spans, long[] bounds, long... deltas) {
    return integer(new HistogramLayout(-53, 0, spans, Spans.NONE, bounds), deltas[0] * deltas.length, deltas);
  }

  private static void assertValid(HistogramSample sample) {
    assertThat(HistogramValidator.validate(sample)).isEqualTo(new HistogramVerdict.Valid(sample));
  }

  private static void assertFault(HistogramSample sample, HistogramFault fault) {
    assertThat(HistogramValidator.validate(sample)).isEqualTo(new HistogramVerdict.Invalid(fault));
  }
}
