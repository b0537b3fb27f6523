package dev.marmoset.storage.index;

import java.util.Arrays;

/// Interns label names and values: equal UTF-8 bytes get one number and one shared array.
///
/// Numbers count up from 0; those of removed symbols are given to new ones. Open addressing over an `int[]`, because a
/// boxed map would cost about 60 B per symbol more. Not thread-safe: guarded by the head's lock.
public final class SymbolTable {
  private static final int INITIAL = 1 << 10;
  /// Slots per symbol: at most half of the table is in use, so that probes stay short.
  private static final int SLOTS_PER_SYMBOL = 2;
  /// What stands for the bytes of a number that no symbol has.
  private static final byte[] GONE = {};

  private byte[][] symbols = new byte[INITIAL / SLOTS_PER_SYMBOL][];
  /// Symbol number + 1; 0 is an empty slot.
  private int[] slots = new int[INITIAL];
  private final Numbering numbers = new Numbering();
  private long bytes;

  /// An empty table.
  public SymbolTable() {}

  /// Number of the symbol with these bytes; it is added when it is new. The bytes are copied.
  public int intern(byte[] source, int offset, int length) {
    int slot = slotOf(source, offset, length);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    if (numbers.taken() == symbols.length) {
      grow();
      slot = slotOf(source, offset, length);
    }
    int symbol = numbers.take();
    symbols[symbol] = Arrays.copyOfRange(source, offset, offset + length);
    slots[slot] = symbol + 1;
    bytes += length;
    return symbol;
  }

  /// Removes a symbol that nothing refers to any more.
  public void remove(int symbol) {
    byte[] text = symbols[symbol];
    int mask = slots.length - 1;
    int hole = slotOf(text, 0, text.length);
    // What stands behind the hole and could not be found any more moves into it.
    for (int slot = hole + 1 & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      byte[] next = symbols[slots[slot] - 1];
      int home = hash(next, 0, next.length) & mask;
      if ((slot - home & mask) >= (slot - hole & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = 0;
    symbols[symbol] = GONE;
    bytes -= text.length;
    numbers.give(symbol);
  }

  /// Number of the symbol with these bytes, or −1 when it was never interned.
  public int find(byte[] source) {
    return slots[slotOf(source, 0, source.length)] - 1;
  }

  /// UTF-8 bytes of a symbol, shared: do not modify.
  public byte[] bytes(int symbol) {
    return symbols[symbol];
  }

  /// UTF-8 bytes of all symbols, by number, empty where no symbol has the number; the arrays are shared: do not modify.
  public byte[][] all() {
    return Arrays.copyOf(symbols, numbers.end());
  }

  /// Number of symbols.
  public int size() {
    return numbers.taken();
  }

  /// Bytes of memory that the table takes, estimated: array headers of 16 B, references of 4 B.
  public long memoryBytes() {
    return bytes + 16L * size() + 4L * symbols.length + 4L * slots.length;
  }

  private int slotOf(byte[] source, int offset, int length) {
    int mask = slots.length - 1;
    int slot = hash(source, offset, length) & mask;
    while (slots[slot] != 0 && !equal(symbols[slots[slot] - 1], source, offset, length)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    symbols = Arrays.copyOf(symbols, symbols.length * 2);
    slots = new int[symbols.length * SLOTS_PER_SYMBOL];
    // None is free when the table is full.
    for (int symbol = 0; symbol < numbers.end(); symbol++) {
      slots[slotOf(symbols[symbol], 0, symbols[symbol].length)] = symbol + 1;
    }
  }

  private static boolean equal(byte[] symbol, byte[] source, int offset, int length) {
    return Arrays.equals(symbol, 0, symbol.length, source, offset, offset + length);
  }

  private static int hash(byte[] source, int offset, int length) {
    int h = length;
    for (int i = offset; i < offset + length; i++) {
      h = 31 * h + source[i];
    }
    h *= 0x9E3779B9;
    return h ^ (h >>> 15);
  }
}
