package dev.marmoset.storage.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/// Real time for stores with threads of their own, without the time in which the machine stood still: between two looks
/// at it a second passes at most. A log looks every 250 ms, so on a test machine that stalls for a minute no lease lapses
/// and no batch waits for too long.
public final class PatientClock implements Clock {
  private static final long LONGEST_STEP_NANOS = 1_000_000_000L;
  private static final long MOST_NANOS = 60_000_000_000L;
  private static final long PAUSE_NANOS = 1_000_000L;

  private final LongUnaryOperator wall;
  private long seen = System.nanoTime();
  private long nanos = seen;

  /// @param wall what a test says the time is, ms since the epoch
  public PatientClock(LongSupplier wall) {
    this((long _) -> wall.getAsLong());
  }

  /// @param wall the time in ms since the epoch, by that of [#nanos]
  public PatientClock(LongUnaryOperator wall) {
    this.wall = wall;
  }

  @Override
  public long wallMillis() {
    return wall.applyAsLong(nanos());
  }

  @Override
  public synchronized long nanos() {
    long now = System.nanoTime();
    nanos += Math.min(now - seen, LONGEST_STEP_NANOS);
    seen = now;
    return nanos;
  }

  /// Looks again and again, because a background thread decides when; for at most 60 s of this clock.
  public static void await(String what, BooleanSupplier condition) {
    var clock = new PatientClock(() -> 0);
    long begin = clock.nanos();
    while (!condition.getAsBoolean()) {
      assertThat(clock.nanos() - begin).as("waiting for " + what).isLessThan(MOST_NANOS);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
