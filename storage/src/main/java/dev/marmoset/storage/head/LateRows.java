package dev.marmoset.storage.head;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.io.ScratchFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.roaringbitmap.RoaringBitmap;

/// The late samples of one window: unsorted rows in memory, sorted runs on scratch.
///
/// A full batch of rows is sorted by (series id, time), freed of duplicates by the conflict rule and written as a run;
/// eight runs of a level are merged into one of the next. So cost is proportional to the late samples, memory is one
/// batch per window, and a look-up meets at most seven runs a level. Guarded by the head's lock.
final class LateRows {
  /// Rows of a batch: 660 KB at most, times the 13 windows of a day.
  static final int BATCH_ROWS = 1 << LateRows.ROW_BITS;
  /// Series ids that a sort key can hold.
  static final int MAX_ID = (1 << 25) - 1;
  /// Runs of one level that are merged.
  static final int FAN_IN = 8;

  private static final int ROW_BITS = 15;
  private static final int TIME_BITS = 23;
  private static final Comparator<LateRow> ORDER =
      Comparator.comparingInt(LateRow::id).thenComparingLong(LateRow::t);
  /// Unsorted rows that a look-up scans rather than sorts.
  private static final int SCAN_ROWS = 512;

  private final long windowStart;
  private final ScratchFile file;
  private final HistogramScratch histograms;
  private final List<LateRun> runs = new ArrayList<>();
  private int[] ids = new int[16];
  private byte[] kinds = new byte[16];
  private long[] times = new long[16];
  private long[] values = new long[16];
  private int size;
  /// Rows before this one are sorted by (id, time); they may hold equal times.
  private int sorted;
  private long total;

  LateRows(long windowStart, ScratchFile file) {
    this.windowStart = windowStart;
    this.file = file;
    this.histograms = new HistogramScratch(file);
  }

  /// Adds a late float.
  void addFloat(int id, long t, long valueBits) {
    add(id, LateRow.FLOAT, t, valueBits);
  }

  /// Adds a histogram; every one is a row, also when it is the newest of its series: histograms have no open chunk.
  void addHistogram(int id, long t, Chunk encoded) {
    add(id, LateRow.HISTOGRAM, t, histograms.write(encoded));
  }

  /// Rows taken so far, duplicates included.
  long total() {
    return total;
  }

  /// Runs on scratch.
  int runs() {
    return runs.size();
  }

  long memoryBytes() {
    return ids.length * 21L + runs.stream().mapToLong(run -> 4L * run.blocks()).sum();
  }

  /// The late samples of one series, ascending by time, one per time: the conflict rule has decided.
  ///
  /// @throws IOException if scratch does not give them
  List<LateRow> of(int id) throws IOException {
    if (total == 0) {
      return List.of();
    }
    var found = new ArrayList<LateRow>();
    for (LateRun run : runs) {
      run.collect(id, found);
    }
    collectFromMemory(id, found);
    found.sort(ORDER);
    return distinct(found);
  }

  /// Adds the ids of all series with late samples to `target`.
  ///
  /// @throws IOException if scratch does not give them
  void addIds(RoaringBitmap target) throws IOException {
    for (LateRun run : runs) {
      var cursor = new LateRunCursor(run);
      while (cursor.next()) {
        target.add(cursor.row().id());
      }
    }
    for (int i = 0; i < size; i++) {
      target.add(ids[i]);
    }
  }

  HistogramScratch histograms() {
    return histograms;
  }

  private void add(int id, int kind, long t, long value) {
    if (size == ids.length) {
      growOrSpill();
    }
    ids[size] = id;
    kinds[size] = (byte) kind;
    times[size] = t;
    values[size++] = value;
    total++;
  }

  private void growOrSpill() {
    if (size == BATCH_ROWS) {
      sort();
      spill();
      return;
    }
    int length = size * 4 > BATCH_ROWS ? BATCH_ROWS : size * 4;
    ids = Arrays.copyOf(ids, length);
    kinds = Arrays.copyOf(kinds, length);
    times = Arrays.copyOf(times, length);
    values = Arrays.copyOf(values, length);
  }

  private void spill() {
    var writer = new LateRunWriter(file, 0);
    try {
      writeDistinct(writer);
    } catch (IOException e) {
      throw new ScratchLostException("comparing late histograms of window " + windowStart, e);
    }
    runs.add(writer.finish());
    size = 0;
    sorted = 0;
    mergeLevels();
  }

  private void writeDistinct(LateRunWriter writer) throws IOException {
    LateRow held = row(0);
    for (int i = 1; i < size; i++) {
      LateRow next = row(i);
      if (ORDER.compare(held, next) == 0) {
        held = winner(held, next);
      } else {
        writer.add(held);
        held = next;
      }
    }
    writer.add(held);
  }

  private void mergeLevels() {
    int level = 0;
    while (true) {
      int wanted = level;
      List<LateRun> same = runs.stream().filter(run -> run.level() == wanted).toList();
      if (same.size() < FAN_IN) {
        return;
      }
      try {
        LateRun merged = merge(same, level + 1);
        runs.removeAll(same);
        runs.add(merged);
      } catch (IOException e) {
        throw new ScratchLostException("merging " + same.size() + " late runs of window " + windowStart, e);
      }
      level++;
    }
  }

  private LateRun merge(List<LateRun> sources, int level) throws IOException {
    var heap = new PriorityQueue<LateRunCursor>((a, b) -> ORDER.compare(a.row(), b.row()));
    for (LateRun source : sources) {
      var cursor = new LateRunCursor(source);
      if (cursor.next()) {
        heap.add(cursor);
      }
    }
    var writer = new LateRunWriter(file, level);
    LateRow held = null;
    while (!heap.isEmpty()) {
      LateRunCursor least = heap.remove();
      LateRow row = least.row();
      if (held == null || ORDER.compare(held, row) != 0) {
        if (held != null) {
          writer.add(held);
        }
        held = row;
      } else {
        held = winner(held, row);
      }
      if (least.next()) {
        heap.add(least);
      }
    }
    if (held != null) {
      writer.add(held);
    }
    return writer.finish();
  }

  private void collectFromMemory(int id, List<LateRow> target) {
    if (size - sorted > SCAN_ROWS) {
      sort();
    }
    int low = 0;
    int high = sorted;
    while (low < high) {
      int middle = low + high >>> 1;
      if (ids[middle] < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (int i = low; i < sorted && ids[i] == id; i++) {
      target.add(row(i));
    }
    for (int i = sorted; i < size; i++) {
      if (ids[i] == id) {
        target.add(row(i));
      }
    }
  }

  /// Sorts the rows in memory by one `long` key each: id, time within the window, row number.
  private void sort() {
    long[] keys = new long[size];
    for (int i = 0; i < size; i++) {
      keys[i] = (long) ids[i] << TIME_BITS + ROW_BITS | times[i] - windowStart << ROW_BITS | i;
    }
    Arrays.sort(keys);
    int[] sortedIds = new int[ids.length];
    byte[] sortedKinds = new byte[ids.length];
    long[] sortedTimes = new long[ids.length];
    long[] sortedValues = new long[ids.length];
    for (int i = 0; i < size; i++) {
      int from = (int) keys[i] & BATCH_ROWS - 1;
      sortedIds[i] = ids[from];
      sortedKinds[i] = kinds[from];
      sortedTimes[i] = times[from];
      sortedValues[i] = values[from];
    }
    ids = sortedIds;
    kinds = sortedKinds;
    times = sortedTimes;
    values = sortedValues;
    sorted = size;
  }

  private List<LateRow> distinct(List<LateRow> rows) throws IOException {
    var distinct = new ArrayList<LateRow>(rows.size());
    for (LateRow row : rows) {
      int last = distinct.size() - 1;
      if (last >= 0 && distinct.get(last).t() == row.t()) {
        distinct.set(last, winner(distinct.get(last), row));
      } else {
        distinct.add(row);
      }
    }
    return distinct;
  }

  private LateRow winner(LateRow a, LateRow b) throws IOException {
    if (a.kind() == LateRow.FLOAT && b.kind() == LateRow.FLOAT) {
      return ConflictRule.winner(a.value(), b.value()) == a.value() ? a : b;
    }
    return histograms.winner(a, b);
  }

  private LateRow row(int i) {
    return new LateRow(ids[i], kinds[i], times[i], values[i]);
  }
}
