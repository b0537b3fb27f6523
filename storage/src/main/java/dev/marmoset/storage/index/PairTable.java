package dev.marmoset.storage.index;

import java.util.Arrays;

/// Maps a label pair (name symbol, value symbol) to a dense pair number; numbers of removed pairs are given to new ones.
///
/// Open addressing over primitives: about 24 B per pair. Not thread-safe.
public final class PairTable {
  private static final int INITIAL = 1 << 10;
  private static final long EMPTY = -1;

  private long[] keys = filled(INITIAL);
  private int[] pairs = new int[INITIAL];
  private final Numbering numbers = new Numbering();

  /// An empty table.
  public PairTable() {}

  /// Number of the pair, or −1 when it is unknown.
  public int find(int name, int value) {
    int slot = slotOf(key(name, value));
    return keys[slot] == EMPTY ? -1 : pairs[slot];
  }

  /// Number of the pair; a new pair gets the number of a removed one, else the next, which is [#size] before the call.
  public int findOrAdd(int name, int value) {
    int slot = slotOf(key(name, value));
    if (keys[slot] != EMPTY) {
      return pairs[slot];
    }
    if (2 * (size() + 1) > keys.length) {
      grow();
      slot = slotOf(key(name, value));
    }
    keys[slot] = key(name, value);
    pairs[slot] = numbers.take();
    return pairs[slot];
  }

  /// Removes a pair, which is there.
  public void remove(int name, int value) {
    int mask = keys.length - 1;
    int hole = slotOf(key(name, value));
    numbers.give(pairs[hole]);
    // What stands behind the hole and could not be found any more moves into it.
    for (int slot = hole + 1 & mask; keys[slot] != EMPTY; slot = slot + 1 & mask) {
      if ((slot - home(keys[slot]) & mask) >= (slot - hole & mask)) {
        keys[hole] = keys[slot];
        pairs[hole] = pairs[slot];
        hole = slot;
      }
    }
    keys[hole] = EMPTY;
  }

  /// Number of pairs.
  public int size() {
    return numbers.taken();
  }

  /// One more than the highest number of a pair so far.
  int end() {
    return numbers.end();
  }

  /// Name symbol << 32 | value symbol of a pair. Walks the table: for errors only.
  public long key(int pair) {
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != EMPTY && pairs[slot] == pair) {
        return keys[slot];
      }
    }
    throw new IllegalArgumentException("pair " + pair + " of " + size());
  }

  long memoryBytes() {
    return 12L * keys.length;
  }

  private int slotOf(long key) {
    int mask = keys.length - 1;
    int slot = home(key);
    while (keys[slot] != EMPTY && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int home(long key) {
    return (int) (key * 0x9E3779B97F4A7C15L >>> 32) & keys.length - 1;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldPairs = pairs;
    keys = filled(oldKeys.length * 2);
    pairs = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        int slot = slotOf(oldKeys[i]);
        keys[slot] = oldKeys[i];
        pairs[slot] = oldPairs[i];
      }
    }
  }

  private static long key(int name, int value) {
    return (long) name << 32 | value;
  }

  private static long[] filled(int length) {
    long[] keys = new long[length];
    Arrays.fill(keys, EMPTY);
    return keys;
  }
}
