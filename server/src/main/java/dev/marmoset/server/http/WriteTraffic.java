package dev.marmoset.server.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Watches the write path while the process stops: senders are asked to reconnect elsewhere, and the stop goes on when
/// no write arrives any more. Thread-safe.
public final class WriteTraffic {
  private final LongSupplier nanoTime;
  private final Object lock = new Object();
  @GuardedBy("lock")
  private int running;
  @GuardedBy("lock")
  private long lastBusy;
  private volatile boolean leaving;

  /// @param nanoTime monotonic time in ns
  public WriteTraffic(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.lastBusy = nanoTime.getAsLong();
  }

  /// From now on answers ask the sender to close the connection.
  public void leave() {
    leaving = true;
    synchronized (lock) {
      lastBusy = nanoTime.getAsLong();
    }
  }

  /// Waits until no write is running and none has run for `quiet`.
  ///
  /// @param most longest wait
  /// @return whether it became quiet
  /// @throws InterruptedException if the thread is interrupted while waiting
  public boolean awaitQuiet(Duration quiet, Duration most) throws InterruptedException {
    long deadline = nanoTime.getAsLong() + most.toNanos();
    synchronized (lock) {
      while (true) {
        long now = nanoTime.getAsLong();
        long wait = running > 0 ? deadline - now : lastBusy + quiet.toNanos() - now;
        if (wait <= 0 && running == 0) {
          return true;
        }
        if (now >= deadline) {
          return false;
        }
        lock.wait(Math.max(1, Math.min(wait, deadline - now) / 1_000_000));
      }
    }
  }

  /// Runs a write that comes by another way than [WriteEndpoint].
  public <A> A during(Supplier<A> write) {
    begin();
    try {
      return write.get();
    } finally {
      end();
    }
  }

  boolean leaving() {
    return leaving;
  }

  void begin() {
    synchronized (lock) {
      running++;
    }
  }

  void end() {
    synchronized (lock) {
      running--;
      lastBusy = nanoTime.getAsLong();
      lock.notifyAll();
    }
  }
}
