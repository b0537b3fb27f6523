package dev.marmoset.storage.io;

/// Clocks that stand still until a test moves them.
public final class VirtualClock implements Clock {
  private long wall = 1_700_000_000_000L;
  private long nanos = 5_000_000_000L;

  @Override
  public synchronized long wallMillis() {
    return wall;
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  /// Lets time pass for both clocks.
  public synchronized void pass(long millis) {
    wall += millis;
    nanos += millis * 1_000_000;
  }

  /// Moves the wall clock alone, as a correction or a suspended machine does.
  public synchronized void stepWall(long millis) {
    wall += millis;
  }
}
