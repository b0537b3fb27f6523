package dev.marmoset.storage.chunk.histogram;

import static dev.marmoset.storage.chunk.histogram.Histograms.bits;
import static dev.marmoset.storage.chunk.histogram.Histograms.counter;
import static dev.marmoset.storage.chunk.histogram.Histograms.floatCounter;
import static dev.marmoset.storage.chunk.histogram.Histograms.layout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HistogramSampleTest {
  private static final Spans WIDE = Spans.of(0, 5);

  @Test
  void spreadingInsertsEmptyBucketsIntoDeltas() {
    var wide = counter(Spans.of(1, 1, 1, 1), 7, 9).spreadOver(layout(WIDE, Spans.NONE));
    assertThat(wide.counts(wide.buckets().positive())).containsExactly(0, 7, 0, 9, 0);
    assertThat(wide.buckets().positive()).containsExactly(0, 7, -7, 9, -9);
  }

  @Test
  void spreadingInsertsEmptyBucketsIntoFloats() {
    var wide = floatCounter(Spans.of(1, 1, 1, 1), 7, 9).spreadOver(layout(WIDE, Spans.NONE));
    assertThat(wide.buckets().positive()).isEqualTo(bits(0, 7, 0, 9, 0));
  }

  @Test
  void spreadingNeverDropsABucket() {
    assertThatThrownBy(() -> counter(WIDE, 1, 2, 3, 4, 5).spreadOver(layout(Spans.of(0, 4), Spans.NONE)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("bucket 4");
  }

  @Test
  void canonicalFormUndoesSpreading() {
    var narrow = counter(Spans.of(1, 1, 1, 1), 7, 9);
    assertThat(narrow.spreadOver(layout(WIDE, Spans.of(-3, 4))).canonical()).isEqualTo(narrow);
    var floats = floatCounter(Spans.of(1, 1, 1, 1), 7, 9);
    assertThat(floats.spreadOver(layout(WIDE, Spans.of(-3, 4))).canonical()).isEqualTo(floats);
  }

  @Test
  void canonicalFormHasTheFewestSpansAndNoEmptyBucket() {
    assertThat(counter(Spans.of(0, 1, 0, 2, 3, 0, 1, 1), 1, 0, 2, 3).canonical())
        .isEqualTo(counter(Spans.of(0, 1, 1, 1, 4, 1), 1, 2, 3));
    assertThat(floatCounter(Spans.of(0, 3), 0, -0.0, 1).canonical())
        .isEqualTo(floatCounter(Spans.of(2, 1), 1));
  }

  @Test
  void canonicalFormOfAStaleSampleKeepsItsHintOnly() {
    var stale = new Histogram(ResetHint.GAUGE, layout(WIDE, Spans.NONE), 5, 3, HistogramSample.STALE_SUM_BITS,
        new Buckets(new long[5], new long[0]));
    assertThat(stale.canonical()).isEqualTo(Histograms.stale(ResetHint.GAUGE));
    assertThat(stale.isStale()).isTrue();
  }

  @Test
  void aCanonicalSampleIsItsOwnCanonicalForm() {
    var sample = counter(Spans.of(0, 2, 1, 2), 1, 2, 3, 4);
    assertThat(sample.canonical()).isSameAs(sample);
  }

  @Test
  void reducingJoinsBucketsAtInclusiveUpperBounds() {
    // Two steps: fine buckets 4k−3 … 4k become k.
    var fine = new Histogram(ResetHint.UNKNOWN,
        new HistogramLayout(3, 0, Spans.of(-4, 10), Spans.of(1, 1, 3, 1), new long[0]), 0, 0, 0,
        new Buckets(new long[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, new long[] {5, 1}));
    var coarse = fine.reducedTo(1);
    assertThat(coarse.layout())
        .isEqualTo(new HistogramLayout(1, 0, Spans.of(-1, 4), Spans.of(1, 2), new long[0]));
    assertThat(coarse.counts(coarse.buckets().positive())).containsExactly(1, 4, 4, 1);
    assertThat(coarse.counts(coarse.buckets().negative())).containsExactly(5, 6);
  }

  @Test
  void reducingAddsFloats() {
    var fine = new FloatHistogram(ResetHint.UNKNOWN,
        new HistogramLayout(2, 0, Spans.of(0, 3), Spans.NONE, new long[0]), 0, 0, 0,
        new Buckets(bits(1.5, 2.25, 4), new long[0]));
    assertThat(fine.reducedTo(1).buckets().positive()).isEqualTo(bits(1.5, 6.25));
    assertThat(fine.reducedTo(1).layout().positive()).isEqualTo(Spans.of(0, 2));
  }

  @Test
  void countsOfIntegersAreUnsigned() {
    var sample = counter(Spans.NONE);
    assertThat(sample.less(1, -1)).isTrue();
    assertThat(sample.less(-1, 1)).isFalse();
  }

  @Test
  void everyBitTakesPartInEquality() {
    var sample = counter(Spans.of(0, 1), 1);
    assertThat(sample).isEqualTo(counter(Spans.of(0, 1), 1)).hasSameHashCodeAs(counter(Spans.of(0, 1), 1));
    assertThat(sample).isNotEqualTo(counter(Spans.of(0, 1), 2)).isNotEqualTo(counter(Spans.of(1, 1), 1))
        .isNotEqualTo(Histograms.gauge(Spans.of(0, 1), 1)).isNotEqualTo(floatCounter(Spans.of(0, 1), 1));
  }
}
