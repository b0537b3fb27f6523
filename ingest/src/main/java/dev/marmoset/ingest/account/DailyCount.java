package dev.marmoset.ingest.account;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;

/// How many times something happened within the last 24 hours, to the hour. Thread-safe.
final class DailyCount {
  private static final int HOURS = 24;
  private static final long NANOS_PER_HOUR = 3_600_000_000_000L;

  private final Object lock = new Object();
  @GuardedBy("lock")
  private final long[] byHour = new long[HOURS];
  @GuardedBy("lock")
  private long hour;
  @GuardedBy("lock")
  private long sum;

  /// @param now monotonic time, ns
  DailyCount(long now) {
    hour = Math.floorDiv(now, NANOS_PER_HOUR);
  }

  /// Counts one more.
  void add(long now) {
    synchronized (lock) {
      turn(Math.floorDiv(now, NANOS_PER_HOUR));
      byHour[Math.floorMod(hour, HOURS)]++;
      sum++;
    }
  }

  /// How many there were.
  long sum(long now) {
    synchronized (lock) {
      turn(Math.floorDiv(now, NANOS_PER_HOUR));
      return sum;
    }
  }

  @GuardedBy("lock")
  private void turn(long now) {
    if (now - hour >= HOURS) {
      Arrays.fill(byHour, 0);
      sum = 0;
      hour = now;
    }
    while (hour < now) {
      hour++;
      int slot = Math.floorMod(hour, HOURS);
      sum -= byHour[slot];
      byHour[slot] = 0;
    }
  }
}
