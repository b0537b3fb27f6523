package dev.marmoset.storage.head;

import java.util.Arrays;

/// Remembers, during one request, the newest accepted sample of each series, so that samples of a request are judged
/// in sight of each other.
///
/// Open addressing over primitives, emptied in O(1) by a new stamp; it stays in the L2 cache for a usual request.
/// Guarded by the head's lock.
final class RequestIndex {
  private static final int INITIAL = 1 << 12;

  private int[] stamps = new int[INITIAL];
  private int[] ids = new int[INITIAL];
  private byte[] kinds = new byte[INITIAL];
  private long[] times = new long[INITIAL];
  private long[] values = new long[INITIAL];
  private int stamp = 1;
  private int size;
  private boolean indexed;

  /// Forgets everything.
  void clear() {
    indexed = false;
    size = 0;
    if (++stamp == 0) {
      Arrays.fill(stamps, 0);
      stamp = 1;
    }
  }

  /// Whether the samples of the request are in here; until then the appender does without.
  boolean isIndexed() {
    return indexed;
  }

  /// States that all samples so far have been put.
  void indexed() {
    indexed = true;
  }

  /// Sets the series' newest accepted sample unless a newer one is there.
  void putIfNewer(int id, int kind, long t, long value) {
    int slot = find(id);
    if (slot < 0 || t > times[slot]) {
      put(id, kind, t, value);
    }
  }

  /// Slot of the series' newest accepted sample in this request, for the accessors below; −1 when there is none.
  int find(int id) {
    int slot = slotOf(id);
    return stamps[slot] == stamp ? slot : -1;
  }

  long time(int slot) {
    return times[slot];
  }

  /// Whether the sample in the slot is of this kind and value.
  ///
  /// @param kind one of the `LATEST_` constants of [dev.marmoset.storage.head.open.SeriesLines]
  boolean holds(int slot, int kind, long value) {
    return kinds[slot] == kind && values[slot] == value;
  }

  /// Sets the series' newest accepted sample.
  void put(int id, int kind, long t, long value) {
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
    kinds[slot] = (byte) kind;
    times[slot] = t;
    values[slot] = value;
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
    byte[] oldKinds = kinds;
    long[] oldTimes = times;
    long[] oldValues = values;
    int length = oldIds.length * 2;
    stamps = new int[length];
    ids = new int[length];
    kinds = new byte[length];
    times = new long[length];
    values = new long[length];
    for (int i = 0; i < oldIds.length; i++) {
      if (oldStamps[i] == stamp) {
        int slot = slotOf(oldIds[i]);
        stamps[slot] = stamp;
        ids[slot] = oldIds[i];
        kinds[slot] = oldKinds[i];
        times[slot] = oldTimes[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
