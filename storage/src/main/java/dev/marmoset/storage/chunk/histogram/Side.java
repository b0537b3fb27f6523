package dev.marmoset.storage.chunk.histogram;

import java.util.Arrays;

/// One side of a histogram with other buckets than it came with: the spans and the numbers that go with them.
final class Side {
  private final Spans spans;
  private final long[] numbers;

  private Side(HistogramSample kind, int[] indexes, long[] counts, int size) {
    this.spans = Spans.covering(indexes, size);
    this.numbers = kind.numbers(Arrays.copyOf(counts, size));
  }

  /// Without the empty buckets, in the fewest spans.
  static Side populated(HistogramSample kind, Spans spans, long[] numbers) {
    int[] indexes = spans.indexes();
    long[] counts = kind.counts(numbers).clone();
    int kept = 0;
    for (int i = 0; i < indexes.length; i++) {
      if (!kind.isZero(counts[i])) {
        indexes[kept] = indexes[i];
        counts[kept] = counts[i];
        kept++;
      }
    }
    return new Side(kind, indexes, counts, kept);
  }

  /// With 2^steps neighbouring buckets made one.
  static Side reduced(HistogramSample kind, Spans spans, long[] numbers, int steps) {
    int[] indexes = spans.indexes();
    long[] counts = kind.counts(numbers).clone();
    int kept = 0;
    for (int i = 0; i < indexes.length; i++) {
      // Upper bounds are inclusive: bucket i ends at base^i, so the last fine bucket of coarse bucket k is k·2^steps.
      int index = (int) (((indexes[i] - 1L) >> steps) + 1);
      if (kept > 0 && indexes[kept - 1] == index) {
        counts[kept - 1] = kind.add(counts[kept - 1], counts[i]);
      } else {
        indexes[kept] = index;
        counts[kept] = counts[i];
        kept++;
      }
    }
    return new Side(kind, indexes, counts, kept);
  }

  Spans spans() {
    return spans;
  }

  long[] numbers() {
    return numbers;
  }
}
