package dev.marmoset.ingest.body;

import java.util.Arrays;

/// An array that grows by doubling up to a cap, each growth paid from a [ByteBudget]. There is none before the first
/// growth. Confined to one thread.
final class GrowingBuffer {
  private static final byte[] NOTHING = {};

  private final int firstBytes;
  private final int cap;
  private final ByteBudget budget;
  private byte[] bytes;
  private int paid;

  /// @param firstBytes size that is not paid for: it belongs to the price of the owner
  /// @param cap        bytes that [#bytes] never exceeds
  GrowingBuffer(int firstBytes, int cap, ByteBudget budget) {
    this.firstBytes = firstBytes;
    this.cap = cap;
    this.budget = budget;
    bytes = NOTHING;
  }

  byte[] bytes() {
    return bytes;
  }

  /// Makes the array at least `size` bytes long, its content kept; false when the budget has no room.
  ///
  /// @param size at most the cap
  boolean grow(int size) {
    if (!reserve(size)) {
      return false;
    }
    if (bytes.length < size) {
      bytes = Arrays.copyOf(bytes, roomy(size));
    }
    return true;
  }

  /// Like [#grow], but the content is lost.
  boolean replace(int size) {
    if (!reserve(size)) {
      return false;
    }
    if (bytes.length < size) {
      int length = roomy(size);
      bytes = NOTHING;
      bytes = new byte[length];
    }
    return true;
  }

  private int roomy(int size) {
    return (int) Math.min(cap, Math.max(Math.max(size, firstBytes), bytes.length * 2L));
  }

  /// Pays for what a request uses, also of an array that is long enough already.
  private boolean reserve(int size) {
    int needed = bytes.length < size ? roomy(size) : size;
    int due = needed - firstBytes - paid;
    if (due > 0) {
      if (!budget.tryTake(due)) {
        return false;
      }
      paid += due;
    }
    return true;
  }

  /// Gives the budget back.
  void release() {
    budget.give(paid);
    paid = 0;
  }
}
