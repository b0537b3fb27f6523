package dev.marmoset.storage.upload;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// How long to wait after the n-th failure in a row: twice as long each time, at most five minutes, and anything from half
/// of that to all of it, so that replicas do not come back together. One thread.
final class Backoff {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final RandomGenerator random;
  private int failures;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /// One more failure.
  ///
  /// @return ns to wait
  long failed() {
    long most = Math.min(MOST_NANOS, FIRST_NANOS << Math.min(failures, 20));
    failures++;
    return most / 2 + random.nextLong(most / 2 + 1);
  }

  /// It works again.
  void worked() {
    failures = 0;
  }
}
