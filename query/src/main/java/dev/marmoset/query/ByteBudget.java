package dev.marmoset.query;

import java.util.concurrent.atomic.AtomicLong;

/// Memory that all running requests of the process share, so that many wide selects are refused instead of ending
/// the process. Thread-safe.
public final class ByteBudget {
  private final long capacity;
  private final AtomicLong held = new AtomicLong();

  /// @param capacity bytes that may be held at a time; 0 = no bound
  public ByteBudget(long capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException("byte budget of " + capacity + " bytes, expected 0 or more");
    }
    this.capacity = capacity == 0 ? Long.MAX_VALUE : capacity;
  }

  /// Bytes held now.
  public long held() {
    return held.get();
  }

  void take(long bytes) throws LimitExceededException {
    long now = held.addAndGet(bytes);
    if (now > capacity) {
      held.addAndGet(-bytes);
      throw new LimitExceededException(LimitExceededException.Limit.PROCESS_BYTES, "holding " + bytes
          + " more bytes for a select: running selects hold " + (now - bytes) + " of " + capacity + " bytes");
    }
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }
}
