package dev.marmoset.storeapi.write;

import dev.marmoset.ingest.body.ByteBudget;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// A message that has arrived and waits to be written, on memory that all of them share. Confined to its call; whoever
/// gets one releases it.
final class HeldMessage {
  private static final int FIRST_BYTES = 4096;
  /// So that a large message that comes compressed, and thus unannounced, takes little more than its size.
  private static final int MOST_GROWTH = 8 << 20;

  private final ByteBudget budget;
  private long paid;
  private byte[] bytes = {};
  private int length;
  private boolean overloaded;

  private HeldMessage(ByteBudget budget) {
    this.budget = budget;
  }

  /// Reads a message to its end, or gives it up when the budget has no room for it.
  static HeldMessage read(InputStream in, ByteBudget budget) throws IOException {
    var message = new HeldMessage(budget);
    // One more than announced, so that the end is met without growing.
    int size = Math.max(in.available() + 1, FIRST_BYTES);
    while (message.grow(size)) {
      int read = in.read(message.bytes, message.length, message.bytes.length - message.length);
      if (read < 0) {
        return message;
      }
      message.length += read;
      size = message.length < message.bytes.length ? message.bytes.length
          : message.length + Math.min(message.length, MOST_GROWTH);
    }
    message.overloaded = true;
    message.release();
    return message;
  }

  /// Whether there was no room for it; then it is empty.
  boolean overloaded() {
    return overloaded;
  }

  /// The bytes, from index 0 on.
  byte[] bytes() {
    return bytes;
  }

  /// Number of bytes.
  int length() {
    return length;
  }

  /// Gives up the bytes and what they cost. Idempotent.
  void release() {
    budget.give(paid);
    paid = 0;
    bytes = new byte[0];
    length = 0;
  }

  private boolean grow(int size) {
    if (size <= bytes.length) {
      return true;
    }
    if (!budget.tryTake(size - bytes.length)) {
      return false;
    }
    paid += size - bytes.length;
    bytes = Arrays.copyOf(bytes, size);
    return true;
  }
}
