package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.Spans;

/// How the buckets of one side change from a chunk to the next sample.
///
/// @param gains whether the sample has a bucket that the chunk has not
/// @param lacks whether the chunk has a bucket that the sample has not
/// @param reset whether a count falls; without the sense of a counter it never does
/// @param union the buckets of both, in the fewest spans
record SideChange(boolean gains, boolean lacks, boolean reset, Spans union) {
  /// The change of a counter: a bucket that falls is a reset, and so is a missing one unless its count was 0.
  ///
  /// @param kind any sample of the kind the numbers belong to
  static SideChange between(HistogramSample kind, Spans last, long[] lastNumbers, Spans next,
      long[] nextNumbers) {
    if (last.equals(next)) {
      return new SideChange(false, false, falls(kind, kind.counts(lastNumbers), kind.counts(nextNumbers)),
          last);
    }
    var walk = new Walk(last.indexes(), next.indexes());
    return walk.run(kind, kind.counts(lastNumbers), kind.counts(nextNumbers));
  }

  /// The change of a gauge, whose counts do not matter.
  static SideChange of(Spans last, Spans next) {
    if (last.equals(next)) {
      return new SideChange(false, false, false, last);
    }
    return new Walk(last.indexes(), next.indexes()).run();
  }

  private static boolean falls(HistogramSample kind, long[] last, long[] next) {
    for (int i = 0; i < last.length; i++) {
      if (kind.less(next[i], last[i])) {
        return true;
      }
    }
    return false;
  }

  /// Walks two ascending lists of bucket indexes side by side.
  private static final class Walk {
    private final int[] last;
    private final int[] next;
    private final int[] union;
    private int lastAt;
    private int nextAt;
    private int unionSize;
    private boolean gains;
    private boolean lacks;

    Walk(int[] last, int[] next) {
      this.last = last;
      this.next = next;
      this.union = new int[last.length + next.length];
    }

    SideChange run(HistogramSample kind, long[] lastCounts, long[] nextCounts) {
      boolean reset = false;
      while (lastAt < last.length || nextAt < next.length) {
        int order = step();
        reset |= order == 0 && kind.less(nextCounts[nextAt - 1], lastCounts[lastAt - 1]);
        reset |= order < 0 && !kind.isZero(lastCounts[lastAt - 1]);
      }
      return result(reset);
    }

    SideChange run() {
      while (lastAt < last.length || nextAt < next.length) {
        step();
      }
      return result(false);
    }

    /// Takes the lowest bucket; negative when only the chunk has it, positive when only the sample has it.
    private int step() {
      int order = order();
      union[unionSize++] = order <= 0 ? last[lastAt] : next[nextAt];
      if (order <= 0) {
        lastAt++;
      }
      if (order >= 0) {
        nextAt++;
      }
      lacks |= order < 0;
      gains |= order > 0;
      return order;
    }

    private int order() {
      if (lastAt == last.length) {
        return 1;
      }
      return nextAt == next.length ? -1 : Integer.compare(last[lastAt], next[nextAt]);
    }

    private SideChange result(boolean reset) {
      return new SideChange(gains, lacks, reset, Spans.covering(union, unionSize));
    }
  }
}
