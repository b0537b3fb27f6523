package dev.marmoset.storage.head;

import java.util.Arrays;

/// Remembers, during one request, the newest accepted sample of each series, so that samples of a request are judged
/// in sight of each other.
///
/// Open addressing over primitives, emptied in O(1) by a new stamp; it stays in the L1 cache for a usual request.
/// Confined to one appender.
final class RequestIndex {
  private static final int INITIAL = 1 << 12;

  private int[] stamps = new int[INITIAL];
  private int[] ids = new int[INITIAL];
  private int[] rows = new int[INITIAL];
  private int stamp;
  private int size;

  /// Forgets everything.
  void clear() {
    size = 0;
    if (++stamp == 0) {
      Arrays.fill(stamps, 0);
      stamp = 1;
    }
  }

  /// Row of the series' newest accepted sample in this request, or −1.
  int find(int id) {
    int slot = slotOf(id);
    return stamps[slot] == stamp ? rows[slot] : -1;
  }

  /// Sets the row of the series' newest accepted sample.
  void put(int id, int row) {
    int slot = slotOf(id);
    if (stamps[slot] != stamp) {
      if (2 * (size + 1) > ids.length) {
        grow();
        slot = slotOf(id);
      }
      size++;
      stamps[slot] = stamp;
      ids[slot] = id;
    }
    rows[slot] = row;
  }

  private int slotOf(int id) {
    int mask = ids.length - 1;
    int slot = id * 0x9E3779B9 >>> 8 & mask;
    while (stamps[slot] == stamp && ids[slot] != id) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    int[] oldStamps = stamps;
    int[] oldIds = ids;
    int[] oldRows = rows;
    stamps = new int[oldIds.length * 2];
    ids = new int[oldIds.length * 2];
    rows = new int[oldIds.length * 2];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldStamps[i] == stamp) {
        int slot = slotOf(oldIds[i]);
        stamps[slot] = stamp;
        ids[slot] = oldIds[i];
        rows[slot] = oldRows[i];
      }
    }
  }
}
