package dev.marmoset.ingest.account;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/// A rate that may be exceeded for a moment: tokens come at the rate and are kept up to a burst. Thread-safe.
///
/// Takers of many tokens may leave a debt, because a request's samples are known only when it has been read; nobody is
/// let in until the debt is paid. So a request larger than the burst is not refused for ever.
final class TokenBucket {
  /// Seconds at the rate that may come at once. A sender that was away for a while catches up.
  static final int BURST_SECONDS = 10;
  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final double burst;
  private final Object lock = new Object();
  @GuardedBy("lock")
  private double tokens;
  @GuardedBy("lock")
  private long filledAt;

  /// A full bucket.
  ///
  /// @param perSecond tokens per second; 0 = no limit
  /// @param now       monotonic time, ns
  TokenBucket(long perSecond, long now) {
    this.perSecond = perSecond;
    this.burst = (double) perSecond * BURST_SECONDS;
    this.tokens = burst;
    this.filledAt = now;
  }

  /// Takes one token, or answers false when there is none.
  boolean tryTake(long now) {
    if (perSecond == 0) {
      return true;
    }
    synchronized (lock) {
      fill(now);
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }
  }

  /// Takes tokens whether or not they are there.
  void take(int count, long now) {
    if (perSecond == 0) {
      return;
    }
    synchronized (lock) {
      fill(now);
      tokens -= count;
    }
  }

  /// Seconds until the bucket is out of debt, rounded up; 0 when it is not in debt.
  long secondsInDebt(long now) {
    if (perSecond == 0) {
      return 0;
    }
    synchronized (lock) {
      fill(now);
      return tokens >= 0 ? 0 : (long) Math.ceil(-tokens / perSecond);
    }
  }

  @GuardedBy("lock")
  private void fill(long now) {
    double earned = Math.max(0, now - filledAt) / NANOS_PER_SECOND * perSecond;
    tokens = Math.min(burst, tokens + earned);
    filledAt = now;
  }
}
