package dev.marmoset.storage.index.write;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.SequentialOutput;
import java.io.IOException;
import java.util.function.Supplier;

/// Writes the postings lists of an index, as many at once as a fixed number of refs in memory allows.
///
/// The length of every list is known beforehand, so one walk over the series fills a batch of lists side by side. The first
/// batch, mostly the only one, is filled by the walk that writes the series ([#take]). A list that alone exceeds the memory
/// is written while walking. Confined to one thread.
final class PostingsSection {
  private final SequentialOutput out;
  private final Supplier<SeriesPass> series;
  /// Refs per list: list 0 holds all series, list i + 1 the i-th pair.
  private final int[] counts;
  /// List of a pair.
  private final int[] listOfPair;
  private final int budget;
  /// The batch: its first list, and the one behind its last.
  private int first;
  private int end;
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
    startBatch(0);
  }

  private void startBatch(int list) {
    first = list;
    end = list;
    int sum = 0;
    while (end < counts.length && (long) sum + counts[end] <= budget) {
      sum += counts[end++];
    }
    cursors = new int[end - first];
    refs = refs.length >= sum ? refs : new int[sum];
    int at = 0;
    for (int i = 0; i < cursors.length; i++) {
      cursors[i] = at;
      at += counts[first + i];
    }
  }

  /// Takes the series that a walk has come to into the lists of the batch. To be called by the walk before [#write].
  void take(SeriesPass pass) {
    int ref = pass.ref();
    if (first == 0 && end > 0) {
      refs[cursors[0]++] = ref;
    }
    for (int i = 0; i < pass.pairCount(); i++) {
      int list = listOfPair[pass.pair(i)];
      if (list >= first && list < end) {
        refs[cursors[list - first]++] = ref;
      }
    }
  }

  /// Writes all lists.
  ///
  /// @return the offset of each
  long[] write() throws IOException {
    long[] offsets = new long[counts.length];
    while (first < counts.length) {
      if (first == end) {
        writeWhileWalking(first, offsets);
        startBatch(first + 1);
      } else {
        if (first > 0) {
          collect();
        }
        writeCollected(offsets);
        startBatch(end);
      }
    }
    return offsets;
  }

  private void collect() throws IOException {
    SeriesPass pass = series.get();
    while (pass.next()) {
      take(pass);
    }
  }

  private void writeCollected(long[] offsets) throws IOException {
    for (int list = first; list < end; list++) {
      offsets[list] = begin(counts[list]);
      int behind = cursors[list - first];
      for (int i = behind - counts[list]; i < behind; i++) {
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
