package dev.marmoset.storage.head.late;

import java.util.Arrays;

/// Sorts late rows by (series id, time) by one `long` key each: id, time within the window, row number. One for all windows,
/// since they sort by turns: its buffers are those of a batch, 950 KB once a batch has been full. Guarded by the head's
/// lock.
public final class LateSort {
  /// Bits of a key for the number of a row.
  static final int ROW_BITS = 15;
  private static final int TIME_BITS = 23;

  private long[] keys = {};
  private int[] ids = {};
  private byte[] kinds = {};
  private long[] longs = {};

  /// Sorts the first `size` rows of the columns.
  ///
  /// @param from start of the window that all times lie in, ms
  void sort(int size, long from, int[] rowIds, byte[] rowKinds, long[] times, long[] values) {
    reserve(size);
    for (int i = 0; i < size; i++) {
      keys[i] = (long) rowIds[i] << TIME_BITS + ROW_BITS | times[i] - from << ROW_BITS | i;
    }
    Arrays.sort(keys, 0, size);
    for (int i = 0; i < size; i++) {
      ids[i] = rowIds[row(i)];
      kinds[i] = rowKinds[row(i)];
    }
    System.arraycopy(ids, 0, rowIds, 0, size);
    System.arraycopy(kinds, 0, rowKinds, 0, size);
    reorder(size, times);
    reorder(size, values);
  }

  private void reserve(int size) {
    if (keys.length < size) {
      keys = new long[size];
      ids = new int[size];
      kinds = new byte[size];
      longs = new long[size];
    }
  }

  private void reorder(int size, long[] column) {
    for (int i = 0; i < size; i++) {
      longs[i] = column[row(i)];
    }
    System.arraycopy(longs, 0, column, 0, size);
  }

  private int row(int i) {
    return (int) keys[i] & (1 << ROW_BITS) - 1;
  }
}
