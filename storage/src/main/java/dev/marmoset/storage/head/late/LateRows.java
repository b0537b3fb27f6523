package dev.marmoset.storage.head.late;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.head.scratch.ScratchLostException;
import dev.marmoset.storage.io.ScratchFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.roaringbitmap.RoaringBitmap;
import org.roaringbitmap.RoaringBitmapWriter;

/// The late samples of one window: unsorted rows in memory, sorted runs on scratch.
///
/// A full batch of rows is sorted by (series id, time), freed of duplicates by the conflict rule and written as a run;
/// eight runs of a level are merged into one of the next. So cost is proportional to the late samples, memory is one
/// batch per window, and a look-up meets at most seven runs a level. Guarded by the head's lock.
public final class LateRows {
  /// Rows of a batch: 660 KB at most, times the 13 windows of a day.
  public static final int BATCH_ROWS = 1 << LateSort.ROW_BITS;
  /// Series ids that a sort key can hold.
  public static final int MAX_ID = (1 << 25) - 1;
  /// Runs of one level that are merged.
  public static final int FAN_IN = 8;

  private static final Comparator<LateRow> ORDER =
      Comparator.comparingInt(LateRow::id).thenComparingLong(LateRow::t);
  /// Unsorted rows that a look-up scans rather than sorts.
  private static final int SCAN_ROWS = 512;

  private final long windowStart;
  private final ScratchFile file;
  private final LateSort sort;
  private final HistogramScratch histograms;
  private final List<LateRun> runs = new ArrayList<>();
  /// Ids of the series with rows in runs.
  private final RoaringBitmap spilled = new RoaringBitmap();
  private int[] ids = new int[16];
  private byte[] kinds = new byte[16];
  private long[] times = new long[16];
  private long[] values = new long[16];
  private int size;
  /// Rows before this one are sorted by (id, time); they may hold equal times.
  private int sorted;
  private long total;

  /// @param sort shared by all windows
  public LateRows(long windowStart, ScratchFile file, LateSort sort) {
    this.windowStart = windowStart;
    this.sort = sort;
    this.file = file;
    this.histograms = new HistogramScratch(file);
  }

  /// Adds a late float.
  public void addFloat(int id, long t, long valueBits) {
    add(id, LateRow.FLOAT, t, valueBits);
  }

  /// Adds a histogram; every one is a row, also when it is the newest of its series: histograms have no open chunk.
  public void addHistogram(int id, long t, Chunk encoded) {
    add(id, LateRow.HISTOGRAM, t, histograms.write(encoded));
  }

  /// Rows taken so far, duplicates included.
  public long total() {
    return total;
  }

  /// Runs on scratch.
  public int runs() {
    return runs.size();
  }

  /// Memory of the unsorted rows and of what finds those in runs, bytes.
  public long memoryBytes() {
    return ids.length * 21L + spilled.getLongSizeInBytes()
        + runs.stream().mapToLong(LateRun::memoryBytes).sum();
  }

  /// The late samples of one series, ascending by time, one per time: the conflict rule has decided.
  ///
  /// @throws IOException if scratch does not give them
  public List<LateRow> of(int id) throws IOException {
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
  public void addIds(RoaringBitmap target) {
    target.or(spilled);
    for (int i = 0; i < size; i++) {
      target.add(ids[i]);
    }
  }

  /// Clears the bits of series with late samples.
  public void spare(BitSet series) {
    if (total == 0) {
      return;
    }
    for (int id = series.nextSetBit(0); id >= 0; id = series.nextSetBit(id + 1)) {
      if (spilled.contains(id)) {
        series.clear(id);
      }
    }
    for (int i = 0; i < size; i++) {
      if (series.get(ids[i])) {
        series.clear(ids[i]);
      }
    }
  }

  /// Where the histograms of the rows are.
  public HistogramScratch histograms() {
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
    var writer = new LateRunWriter(file, windowStart, 0);
    try {
      writeDistinct(writer);
    } catch (IOException e) {
      throw new ScratchLostException("comparing late histograms of window " + windowStart, e);
    }
    runs.add(writer.finish());
    noteSpilled();
    size = 0;
    sorted = 0;
    mergeLevels();
  }

  private void writeDistinct(LateRunWriter writer) throws IOException {
    int held = 0;
    for (int i = 1; i < size; i++) {
      if (ids[i] == ids[held] && times[i] == times[held]) {
        LateRow first = row(held);
        held = winner(first, row(i)) == first ? held : i;
      } else {
        writer.add(ids[held], kinds[held], times[held], values[held]);
        held = i;
      }
    }
    writer.add(ids[held], kinds[held], times[held], values[held]);
  }

  /// The rows are sorted: each id is added once, behind the one before.
  private void noteSpilled() {
    var writer = RoaringBitmapWriter.writer().get();
    int last = -1;
    for (int i = 0; i < size; i++) {
      if (ids[i] != last) {
        last = ids[i];
        writer.add(last);
      }
    }
    spilled.or(writer.get());
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
    var cursors = new ArrayList<LateRunCursor>();
    for (LateRun source : sources) {
      var cursor = new LateRunCursor(source, 0);
      if (cursor.next()) {
        cursors.add(cursor);
      }
    }
    var writer = new LateRunWriter(file, windowStart, level);
    while (!cursors.isEmpty()) {
      LateRunCursor least = least(cursors);
      if (rivals(cursors, least) == 1) {
        writer.add(least.id(), least.kind(), least.t(), least.value());
        step(cursors, least);
      } else {
        LateRow row = takeWinner(cursors, least.id(), least.t());
        writer.add(row.id(), row.kind(), row.t(), row.value());
      }
    }
    return writer.finish();
  }

  /// Not a heap: there are eight.
  private static LateRunCursor least(List<LateRunCursor> cursors) {
    LateRunCursor least = cursors.getFirst();
    for (int i = 1; i < cursors.size(); i++) {
      LateRunCursor next = cursors.get(i);
      least = next.isBefore(least) ? next : least;
    }
    return least;
  }

  /// How many cursors stand at the same series and time.
  private static int rivals(List<LateRunCursor> cursors, LateRunCursor least) {
    int rivals = 0;
    for (int i = 0; i < cursors.size(); i++) {
      LateRunCursor next = cursors.get(i);
      rivals += next.id() == least.id() && next.t() == least.t() ? 1 : 0;
    }
    return rivals;
  }

  private LateRow takeWinner(List<LateRunCursor> cursors, int id, long t) throws IOException {
    LateRow held = null;
    for (LateRunCursor cursor : List.copyOf(cursors)) {
      if (cursor.id() == id && cursor.t() == t) {
        held = held == null ? cursor.row() : winner(held, cursor.row());
        step(cursors, cursor);
      }
    }
    return Objects.requireNonNull(held);
  }

  private static void step(List<LateRunCursor> cursors, LateRunCursor cursor) throws IOException {
    if (!cursor.next()) {
      cursors.remove(cursor);
    }
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

  private void sort() {
    sort.sort(size, windowStart, ids, kinds, times, values);
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
