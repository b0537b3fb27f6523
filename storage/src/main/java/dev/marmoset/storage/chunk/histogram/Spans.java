package dev.marmoset.storage.chunk.histogram;

import java.util.Arrays;

/// Which buckets of one side a histogram has: runs of consecutive bucket indexes.
///
/// A span is an offset and a length. The first offset is the index of the first bucket, every other one the number of
/// unused buckets since the span before. Spans of length 0 are legal and only move the index. Two values may name the
/// same buckets and yet differ, and the difference reaches the chunk; [#covering] makes the one with the fewest spans.
public final class Spans {
  /// No bucket.
  public static final Spans NONE = new Spans(new int[0]);

  /// How far from 0 a bucket index may be. Schema 8, the finest that is stored, needs 2^18 for the whole range of a
  /// float64.
  public static final int MAX_INDEX = 1 << 30;

  /// Offset, length, offset, length …
  private final int[] pairs;

  private Spans(int[] pairs) {
    this.pairs = pairs;
  }

  /// Spans from offset, length, offset, length …; lengths are unsigned. Nothing is checked but the pairing.
  ///
  /// @throws IllegalArgumentException if a length is missing
  public static Spans of(int... pairs) {
    if (pairs.length % 2 != 0) {
      throw new IllegalArgumentException(
          "building spans from " + pairs.length + " numbers, which are not pairs");
    }
    return pairs.length == 0 ? NONE : new Spans(pairs);
  }

  /// The fewest spans for these bucket indexes.
  ///
  /// @param indexes the first `count` are strictly ascending bucket indexes
  public static Spans covering(int[] indexes, int count) {
    var pairs = new int[2 * count];
    int used = 0;
    for (int i = 0; i < count; i++) {
      if (i > 0 && indexes[i] == indexes[i - 1] + 1) {
        pairs[used - 1]++;
      } else {
        pairs[used] = i == 0 ? indexes[i] : indexes[i] - indexes[i - 1] - 1;
        pairs[used + 1] = 1;
        used += 2;
      }
    }
    return of(Arrays.copyOf(pairs, used));
  }

  /// Number of spans.
  public int count() {
    return pairs.length / 2;
  }

  /// Offset of span i.
  public int offset(int i) {
    return pairs[2 * i];
  }

  /// Length of span i, 0 to 2^32 − 1.
  public long length(int i) {
    return Integer.toUnsignedLong(pairs[2 * i + 1]);
  }

  /// Number of buckets.
  public long bucketCount() {
    long sum = 0;
    for (int i = 0; i < count(); i++) {
      sum += length(i);
    }
    return sum;
  }

  /// Whether only the first offset is negative.
  public boolean ascends() {
    for (int i = 1; i < count(); i++) {
      if (offset(i) < 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether every index is at most [#MAX_INDEX] away from 0, so that any two are less than 2^31 apart.
  public boolean inRange() {
    return count() == 0 || (offset(0) >= -MAX_INDEX && end() <= MAX_INDEX + 1L);
  }

  /// The index after the last span, in 64 bits.
  public long end() {
    long end = 0;
    for (int i = 0; i < count(); i++) {
      end += offset(i) + length(i);
    }
    return end;
  }

  /// The bucket indexes, one per bucket.
  ///
  /// To be asked only of spans that ascend, are in range and have as many buckets as somebody holds counts for.
  public int[] indexes() {
    var indexes = new int[Math.toIntExact(bucketCount())];
    int at = 0;
    int index = 0;
    for (int i = 0; i < count(); i++) {
      index += offset(i);
      for (long left = length(i); left > 0; left--) {
        indexes[at++] = index++;
      }
    }
    return indexes;
  }

  /// Equal span by span.
  @Override
  public boolean equals(Object other) {
    return other instanceof Spans spans && Arrays.equals(pairs, spans.pairs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pairs);
  }

  @Override
  public String toString() {
    return Arrays.toString(pairs);
  }
}
