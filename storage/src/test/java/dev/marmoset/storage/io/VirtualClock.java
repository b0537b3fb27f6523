package dev.marmoset.storage.io;

/// Clocks that stand still until a test moves them.
public final class VirtualClock implements Clock {
  private long wall = 1_700_000_000_000L;
  private long nanos = 5_000_000_000L;
  private int reads;
  private int stopAt = -1;
  private long stopMillis;

  @Override
  public synchronized long wallMillis() {
    return wall;
  }

  @Override
  public synchronized long nanos() {
    if (reads++ == stopAt) {
      pass(stopMillis);
    }
    return nanos;
  }

  /// Lets time pass for both clocks.
  public synchronized void pass(long millis) {
    wall += millis;
    nanos += millis * 1_000_000;
  }

  /// How often the monotonic clock was read.
  public synchronized int reads() {
    return reads;
  }

  /// Stops the process for so long just before the monotonic clock is read for the given time, as SIGSTOP does.
  public synchronized void stopAt(int read, long millis) {
    stopAt = read;
    stopMillis = millis;
  }

  /// Moves the wall clock alone, as a correction or a suspended machine does.
  public synchronized void stepWall(long millis) {
    wall += millis;
  }
}
