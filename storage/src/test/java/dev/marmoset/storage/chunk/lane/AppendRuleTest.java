package dev.marmoset.storage.chunk.lane;

import static dev.marmoset.storage.chunk.histogram.Histograms.bits;
import static dev.marmoset.storage.chunk.histogram.Histograms.counter;
import static dev.marmoset.storage.chunk.histogram.Histograms.floatCounter;
import static dev.marmoset.storage.chunk.histogram.Histograms.floatStale;
import static dev.marmoset.storage.chunk.histogram.Histograms.gauge;
import static dev.marmoset.storage.chunk.histogram.Histograms.hinted;
import static dev.marmoset.storage.chunk.histogram.Histograms.layout;
import static dev.marmoset.storage.chunk.histogram.Histograms.stale;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.Histograms;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import org.junit.jupiter.api.Test;

/// Every line of the table in [AppendRule], for both kinds.
class AppendRuleTest {
  private static final Spans TWO = Spans.of(0, 2);
  private static final Spans THREE = Spans.of(0, 3);
  private static final long[] NONE = {};

  @Test
  void countersDoNotJoinGauges() {
    assertCut(ResetFlag.GAUGE, gauge(TWO, 1, 1), counter(TWO, 9, 9), ResetFlag.NOT_RESET);
    assertCut(ResetFlag.GAUGE, gauge(TWO, 1, 1), hinted(ResetHint.RESET, counter(TWO, 9, 9)),
        ResetFlag.NOT_RESET);
    assertCut(ResetFlag.GAUGE, floatCounter(TWO, 1, 1), floatCounter(TWO, 9, 9), ResetFlag.UNKNOWN);
  }

  @Test
  void anExplicitResetBeginsAChunkEvenIfStale() {
    assertCut(counter(TWO, 1, 1), hinted(ResetHint.RESET, counter(TWO, 9, 9)), ResetFlag.RESET);
    assertCut(counter(TWO, 1, 1), stale(ResetHint.RESET), ResetFlag.RESET);
  }

  @Test
  void aStaleSampleJoinsWhateverIsThere() {
    assertKept(counter(TWO, 1, 1), stale(ResetHint.UNKNOWN));
    assertKept(floatCounter(TWO, 1, 1), floatStale());
    assertKept(stale(ResetHint.UNKNOWN), stale(ResetHint.UNKNOWN));
  }

  @Test
  void afterAStaleSampleAChunkBegins() {
    assertCut(stale(ResetHint.UNKNOWN), counter(TWO, 9, 9), ResetFlag.UNKNOWN);
    assertCut(floatStale(), floatCounter(TWO, 9, 9), ResetFlag.UNKNOWN);
  }

  @Test
  void aFallingCountIsAReset() {
    assertCut(counter(TWO, 3, 3), counter(TWO, 3, 2), ResetFlag.RESET);
    assertCut(floatCounter(TWO, 3, 3), floatCounter(TWO, 3, 2), ResetFlag.RESET);
    // The count comes before the schema.
    assertCut(counter(TWO, 3, 3), scaled(2, 0.001, 1), ResetFlag.RESET);
  }

  @Test
  void anotherScaleSaysNothingAboutAReset() {
    assertCut(counter(TWO, 3, 3), scaled(2, 0.001, 9), ResetFlag.UNKNOWN);
    assertCut(counter(TWO, 3, 3), scaled(1, 0.002, 9), ResetFlag.UNKNOWN);
    assertKept(scaled(1, 0.0, 3), scaled(1, -0.0, 3));
  }

  @Test
  void otherCustomBoundsAreAReset() {
    assertCut(custom(bits(1, 2), 5), custom(bits(1, 3), 9), ResetFlag.RESET);
    assertCut(custom(bits(1, 2), 5), custom(bits(1, 2, 3), 9), ResetFlag.RESET);
    assertKept(custom(bits(0.0, 2), 5), custom(bits(-0.0, 2), 9));
  }

  @Test
  void aFallingZeroCountIsAReset() {
    assertCut(withZeros(4, 2), withZeros(3, 9), ResetFlag.RESET);
  }

  @Test
  void aFallingOrMissingBucketIsAReset() {
    assertCut(counter(TWO, 3, 3), counter(TWO, 9, 2), ResetFlag.RESET);
    assertCut(counter(TWO, 3, 3), counter(Spans.of(0, 1), 9), ResetFlag.RESET);
    assertCut(counter(TWO, 3, 3), counter(Spans.of(1, 1), 9), ResetFlag.RESET);
    assertCut(floatCounter(TWO, 3, 3), floatCounter(Spans.of(1, 2), 9, 9), ResetFlag.RESET);
    assertCut(negative(TWO, 3, 3), negative(TWO, 2, 9), ResetFlag.RESET);
  }

  @Test
  void aMissingEmptyBucketIsFilled() {
    assertThat(decide(counter(THREE, 3, 0, 3), counter(Spans.of(0, 1, 1, 1), 4, 5)))
        .isEqualTo(new AppendRule.Decision.Keep(counter(THREE, 4, 0, 5)));
    assertThat(decide(floatCounter(THREE, 3, 0, 0), floatCounter(Spans.of(0, 1), 4)))
        .isEqualTo(new AppendRule.Decision.Keep(floatCounter(THREE, 4, 0, 0)));
  }

  @Test
  void theSameBucketsInOtherSpansTakeTheSpansOfTheChunk() {
    assertThat(decide(counter(THREE, 1, 1, 1), counter(Spans.of(0, 1, 0, 2), 2, 2, 2)))
        .isEqualTo(new AppendRule.Decision.Keep(counter(THREE, 2, 2, 2)));
  }

  @Test
  void newBucketsWidenTheChunkToTheSpansOfTheSample() {
    var odd = Spans.of(0, 1, 0, 2);
    assertThat(decide(counter(TWO, 1, 1), counter(odd, 2, 2, 2)))
        .isEqualTo(new AppendRule.Decision.Widen(layout(odd, Spans.NONE), counter(odd, 2, 2, 2)));
  }

  @Test
  void newAndMissingBucketsWidenTheChunkToTheFewestSpans() {
    assertThat(decide(counter(THREE, 1, 0, 1), counter(Spans.of(0, 1, 1, 1, 0, 1), 2, 2, 2)))
        .isEqualTo(new AppendRule.Decision.Widen(layout(Spans.of(0, 4), Spans.NONE),
            counter(Spans.of(0, 4), 2, 0, 2, 2)));
  }

  @Test
  void gaugesOnlyJoinGauges() {
    assertCut(ResetFlag.UNKNOWN, counter(TWO, 1, 1), gauge(TWO, 1, 1), ResetFlag.GAUGE);
    assertThat(AppendRule.decide(ResetFlag.GAUGE, gauge(TWO, 3, 3), gauge(TWO, 1, 1)))
        .isEqualTo(new AppendRule.Decision.Keep(gauge(TWO, 1, 1)));
    assertThat(AppendRule.decide(ResetFlag.GAUGE, gauge(TWO, 3, 3), stale(ResetHint.GAUGE)))
        .isEqualTo(new AppendRule.Decision.Keep(stale(ResetHint.GAUGE)));
    assertCut(ResetFlag.GAUGE, stale(ResetHint.GAUGE), gauge(TWO, 1, 1), ResetFlag.GAUGE);
    assertCut(ResetFlag.GAUGE, gauge(TWO, 1, 1), hinted(ResetHint.GAUGE, scaled(2, 0.001, 9)),
        ResetFlag.GAUGE);
  }

  @Test
  void gaugesWidenBothWays() {
    assertThat(AppendRule.decide(ResetFlag.GAUGE, gauge(TWO, 3, 3), gauge(Spans.of(1, 2), 1, 1)))
        .isEqualTo(new AppendRule.Decision.Widen(layout(THREE, Spans.NONE), gauge(THREE, 0, 1, 1)));
    assertThat(AppendRule.decide(ResetFlag.GAUGE, gauge(TWO, 3, 3), gauge(Spans.of(1, 1), 1)))
        .isEqualTo(new AppendRule.Decision.Keep(gauge(TWO, 0, 1)));
    var odd = Spans.of(0, 1, 0, 2);
    assertThat(AppendRule.decide(ResetFlag.GAUGE, gauge(TWO, 3, 3), gauge(odd, 1, 1, 1)))
        .isEqualTo(new AppendRule.Decision.Widen(layout(odd, Spans.NONE), gauge(odd, 1, 1, 1)));
  }

  @Test
  void aFullChunkTellsItsSuccessorTheFlag() {
    assertThat(successor(counter(TWO, 1, 1), counter(TWO, 2, 2))).isEqualTo(ResetFlag.NOT_RESET);
    assertThat(successor(counter(TWO, 1, 1), counter(THREE, 2, 2, 2))).isEqualTo(ResetFlag.NOT_RESET);
    assertThat(successor(counter(TWO, 2, 2), counter(TWO, 1, 1))).isEqualTo(ResetFlag.RESET);
    assertThat(successor(counter(TWO, 2, 2), scaled(2, 0.001, 9))).isEqualTo(ResetFlag.UNKNOWN);
    assertThat(successor(counter(TWO, 2, 2), gauge(TWO, 1, 1))).isEqualTo(ResetFlag.GAUGE);
    assertThat(successor(floatCounter(TWO, 1, 1), floatCounter(TWO, 2, 2))).isEqualTo(ResetFlag.NOT_RESET);
    assertThat(successor(floatStale(), floatCounter(TWO, 2, 2))).isEqualTo(ResetFlag.NOT_RESET);
    assertThat(successor(floatCounter(TWO, 2, 2), floatCounter(TWO, 1, 1))).isEqualTo(ResetFlag.RESET);
  }

  private static ResetFlag successor(HistogramSample last, HistogramSample next) {
    return AppendRule.flagOfSuccessor(ResetFlag.UNKNOWN, last, next);
  }

  private static AppendRule.Decision decide(HistogramSample last, HistogramSample next) {
    return AppendRule.decide(ResetFlag.UNKNOWN, last, next);
  }

  private static void assertKept(HistogramSample last, HistogramSample next) {
    assertThat(decide(last, next)).isInstanceOf(AppendRule.Decision.Keep.class);
  }

  private static void assertCut(HistogramSample last, HistogramSample next, ResetFlag flag) {
    assertCut(ResetFlag.UNKNOWN, last, next, flag);
  }

  private static void assertCut(ResetFlag chunk, HistogramSample last, HistogramSample next, ResetFlag flag) {
    assertThat(AppendRule.decide(chunk, last, next)).isEqualTo(new AppendRule.Decision.Cut(flag));
  }

  private static Histogram scaled(int schema, double threshold, long first) {
    var layout = new HistogramLayout(schema, Double.doubleToRawLongBits(threshold), TWO, Spans.NONE, NONE);
    return Histograms.histogram(ResetHint.UNKNOWN, layout, 0, new long[] {first, first}, NONE);
  }

  private static FloatHistogram custom(long[] bounds, double first) {
    return Histograms.floatHistogram(ResetHint.UNKNOWN, new HistogramLayout(-53, 0, TWO, Spans.NONE, bounds),
        0, first, first);
  }

  private static Histogram withZeros(long zeros, long first) {
    return Histograms.histogram(ResetHint.UNKNOWN, layout(TWO, Spans.NONE), zeros, new long[] {first, first},
        NONE);
  }

  private static Histogram negative(Spans spans, long... counts) {
    var sample = Histograms.histogram(ResetHint.UNKNOWN, layout(spans, Spans.NONE), 0, counts, NONE);
    return new Histogram(ResetHint.UNKNOWN, layout(Spans.NONE, spans), sample.count(), 0, sample.sumBits(),
        new Buckets(NONE, sample.buckets().positive()));
  }
}
