package dev.marmoset.storage.head.series;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/// Finds a series id by a 128-bit hash of its labels.
///
/// Open addressing over a `long[]`: high half a 32-bit tag (the upper half of the hash's high word), low half id + 1.
/// The tag also places the entry, so that growing needs no rehash of labels; the low word of the hash, which
/// lies elsewhere, confirms a hit. 16 B per series at a load of one half. Not thread-safe: guarded by the head's lock.
public final class SeriesTable {
  private static final int INITIAL_BITS = 12;

  private final IntToLongFunction lowWords;
  private long[] slots = new long[1 << INITIAL_BITS];
  private int bits = INITIAL_BITS;
  private int size;

  /// @param lowWords low word of the hash of a series by its id
  public SeriesTable(IntToLongFunction lowWords) {
    this.lowWords = lowWords;
  }

  /// Id of the series with this hash, or −1.
  public int find(long high, long low) {
    int tag = (int) (high >>> 32);
    int mask = slots.length - 1;
    for (int slot = tag >>> 32 - bits;; slot = slot + 1 & mask) {
      long entry = slots[slot];
      if (entry == 0) {
        return -1;
      }
      if ((int) (entry >>> 32) == tag && lowWords.applyAsLong((int) entry - 1) == low) {
        return (int) entry - 1;
      }
    }
  }

  /// Adds a series that [#find] did not find.
  public void add(long high, int id) {
    if (2 * (size + 1) > slots.length) {
      grow();
    }
    place(high & 0xFFFF_FFFF_0000_0000L | id + 1);
    size++;
  }

  /// Removes a series, which is there.
  public void remove(long high, int id) {
    int tag = (int) (high >>> 32);
    int mask = slots.length - 1;
    int hole = tag >>> 32 - bits;
    while (slots[hole] != (high & 0xFFFF_FFFF_0000_0000L | id + 1)) {
      if (slots[hole] == 0) {
        throw new IllegalStateException("removing series " + id + ": it is not in the table");
      }
      hole = hole + 1 & mask;
    }
    // What stands behind the hole and could not be found any more moves into it: there are no tombstones to step over.
    for (int slot = hole + 1 & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      int home = (int) (slots[slot] >>> 32) >>> 32 - bits;
      if ((slot - home & mask) >= (slot - hole & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = 0;
    size--;
  }

  /// Series in the table.
  public int size() {
    return size;
  }

  /// Memory of the slots, bytes.
  public long memoryBytes() {
    return 8L * slots.length;
  }

  private void place(long entry) {
    int mask = slots.length - 1;
    int slot = (int) (entry >>> 32) >>> 32 - bits;
    while (slots[slot] != 0) {
      slot = slot + 1 & mask;
    }
    slots[slot] = entry;
  }

  private void grow() {
    long[] old = slots;
    bits++;
    slots = new long[1 << bits];
    Arrays.stream(old).filter(entry -> entry != 0).forEach(this::place);
  }
}
