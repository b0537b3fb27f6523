package dev.marmoset.storage.index.write;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.SequentialOutput;
import java.io.IOException;
import java.util.function.Supplier;

/// Writes the postings lists of an index, as many at once as a fixed number of refs in memory allows.
///
/// The length of every list is known beforehand, so one walk over the series fills a batch of lists side by side. A list
/// that alone exceeds the memory is written while walking. Confined to one thread.
final class PostingsSection {
  private final SequentialOutput out;
  private final Supplier<SeriesPass> series;
  /// Refs per list: list 0 holds all series, list i + 1 the i-th pair.
  private final int[] counts;
  /// List of a pair.
  private final int[] listOfPair;
  private final int budget;
  /// Where the next ref of a list of the batch goes.
  private int[] cursors = new int[0];
  private int[] refs = new int[0];

  /// @param series  opens a walk over all series
  /// @param sorted  all pairs in the order of their lists
  /// @param budget  refs held in memory at once
  PostingsSection(SequentialOutput out, Supplier<SeriesPass> series, LabelPairs pairs, int[] sorted,
      int seriesCount, int budget) {
    this.out = out;
    this.series = series;
    this.budget = budget;
    this.counts = new int[sorted.length + 1];
    this.listOfPair = new int[sorted.length];
    counts[0] = seriesCount;
    for (int i = 0; i < sorted.length; i++) {
      counts[i + 1] = pairs.seriesCount(sorted[i]);
      listOfPair[sorted[i]] = i + 1;
    }
  }

  /// Writes all lists.
  ///
  /// @return the offset of each
  long[] write() throws IOException {
    long[] offsets = new long[counts.length];
    int from = 0;
    while (from < counts.length) {
      int to = batchEnd(from);
      if (to == from) {
        to = from + 1;
        writeWhileWalking(from, offsets);
      } else {
        collect(from, to);
        writeCollected(from, to, offsets);
      }
      from = to;
    }
    return offsets;
  }

  private int batchEnd(int from) {
    int to = from;
    long sum = 0;
    while (to < counts.length && sum + counts[to] <= budget) {
      sum += counts[to++];
    }
    return to;
  }

  private void collect(int from, int to) throws IOException {
    cursors = new int[to - from];
    int sum = 0;
    for (int list = from; list < to; list++) {
      cursors[list - from] = sum;
      sum += counts[list];
    }
    refs = refs.length >= sum ? refs : new int[sum];
    SeriesPass pass = series.get();
    while (pass.next()) {
      if (from == 0) {
        refs[cursors[0]++] = pass.ref();
      }
      for (int i = 0; i < pass.pairCount(); i++) {
        int list = listOfPair[pass.pair(i)];
        if (list >= from && list < to) {
          refs[cursors[list - from]++] = pass.ref();
        }
      }
    }
  }

  private void writeCollected(int from, int to, long[] offsets) throws IOException {
    for (int list = from; list < to; list++) {
      offsets[list] = begin(counts[list]);
      int end = cursors[list - from];
      for (int i = end - counts[list]; i < end; i++) {
        out.u32(refs[i]);
      }
      out.endCrc();
    }
  }

  private void writeWhileWalking(int list, long[] offsets) throws IOException {
    offsets[list] = begin(counts[list]);
    SeriesPass pass = series.get();
    while (pass.next()) {
      if (list == 0 || carries(pass, list)) {
        out.u32(pass.ref());
      }
    }
    out.endCrc();
  }

  private boolean carries(SeriesPass pass, int list) {
    for (int i = 0; i < pass.pairCount(); i++) {
      if (listOfPair[pass.pair(i)] == list) {
        return true;
      }
    }
    return false;
  }

  private long begin(int count) throws IOException {
    out.align(IndexFormat.POSTINGS_ALIGNMENT);
    long offset = out.position();
    out.u32(Integer.BYTES + count * Integer.BYTES);
    out.startCrc();
    out.u32(count);
    return offset;
  }
}
