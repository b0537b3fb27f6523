package dev.marmoset.ingest.body;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes that all requests together may hold at a time. Thread-safe; nobody waits, who does not fit is refused.
public final class ByteBudget {
  private final AtomicLong left;

  /// A budget of `bytes`, all of them free.
  public ByteBudget(long bytes) {
    left = new AtomicLong(bytes);
  }

  /// Takes `bytes`, or nothing and answers false when fewer are left.
  public boolean tryTake(long bytes) {
    if (left.addAndGet(-bytes) >= 0) {
      return true;
    }
    left.addAndGet(bytes);
    return false;
  }

  /// Gives bytes back that were taken before.
  public void give(long bytes) {
    left.addAndGet(bytes);
  }

  /// Bytes left now.
  public long left() {
    return left.get();
  }
}
