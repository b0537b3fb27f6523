package dev.marmoset.storage.window;

import java.util.concurrent.atomic.LongAdder;

/// What the keeper of windows counts. Thread-safe.
public final class WindowStats {
  final LongAdder parts = new LongAdder();
  final LongAdder adopted = new LongAdder();
  final LongAdder commits = new LongAdder();
  final LongAdder blockBytes = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder quarantined = new LongAdder();
  final LongAdder retired = new LongAdder();
  volatile long blocks;
  volatile long bytes;
  volatile int unreadable;
  volatile long oldestOpen = Long.MAX_VALUE;

  WindowStats() {}

  /// Parts written.
  public long parts() {
    return parts.sum();
  }

  /// How often memory gave way to blocks that another replica had cut.
  public long adopted() {
    return adopted.sum();
  }

  /// Final blocks, first blocks and patches committed, empty ones included.
  public long commits() {
    return commits.sum();
  }

  /// Bytes of blocks written to the volume.
  public long blockBytes() {
    return blockBytes.sum();
  }

  /// Steps that were given up because of an error.
  public long failures() {
    return failures.sum();
  }

  /// Blocks set aside because they are damaged.
  public long quarantined() {
    return quarantined.sum();
  }

  /// Blocks that left the volume because of their age or the space they take.
  public long retired() {
    return retired.sum();
  }

  /// Blocks served now.
  public long blocks() {
    return blocks;
  }

  /// Bytes of the blocks served now.
  public long bytes() {
    return bytes;
  }

  /// Registers that cannot be read to their end, now: nothing is appended to them, and they may name blocks that are not
  /// served.
  public int unreadable() {
    return unreadable;
  }

  /// Start of the oldest window that is not closed, ms; [Long#MAX_VALUE] when there is none.
  public long oldestOpen() {
    return oldestOpen;
  }
}
