package dev.marmoset.storage.log.record;

import java.util.Arrays;

/// Numbers the distinct strings of one segment in the order of their arrival. Confined to the log thread.
///
/// Open addressing over the UTF-8 bytes as they are shared by the labels, so that a definition copies nothing.
final class SymbolTable {
  private static final int INITIAL_SLOTS = 1 << 10;

  private byte[][] symbols = new byte[INITIAL_SLOTS / 2][];
  private int[] hashes = new int[INITIAL_SLOTS / 2];
  private int[] slots = new int[INITIAL_SLOTS];
  private int size;

  int size() {
    return size;
  }

  /// The string with this number, shared.
  byte[] symbol(int number) {
    return symbols[number];
  }

  /// The number of a string, or −1.
  int find(byte[] utf8) {
    return slots[slot(utf8, hash(utf8))] - 1;
  }

  /// The number of a string, a new one if need be: then it equals the [#size] before the call.
  int number(byte[] utf8) {
    int hash = hash(utf8);
    int slot = slot(utf8, hash);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    if (size == symbols.length) {
      grow();
      slot = slot(utf8, hash);
    }
    symbols[size] = utf8;
    hashes[size] = hash;
    slots[slot] = ++size;
    return size - 1;
  }

  void clear() {
    Arrays.fill(symbols, 0, size, null);
    Arrays.fill(slots, 0);
    size = 0;
  }

  private int slot(byte[] utf8, int hash) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    while (slots[slot] != 0 && !holds(slots[slot] - 1, utf8, hash)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private boolean holds(int number, byte[] utf8, int hash) {
    return hashes[number] == hash && (symbols[number] == utf8 || Arrays.equals(symbols[number], utf8));
  }

  private void grow() {
    symbols = Arrays.copyOf(symbols, size * 2);
    hashes = Arrays.copyOf(hashes, size * 2);
    slots = new int[size * 4];
    int mask = slots.length - 1;
    for (int i = 0; i < size; i++) {
      int slot = hashes[i] & mask;
      while (slots[slot] != 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = i + 1;
    }
  }

  private static int hash(byte[] utf8) {
    int hash = Arrays.hashCode(utf8) * 0x9E3779B9;
    return hash ^ hash >>> 15;
  }
}
