package dev.marmoset.query;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Admits a bounded number of requests at a time, in order of arrival; the others wait, but not for ever.
///
/// A querier opens up to 20 x 4 selects at once and each one holds memory, so they take turns. Thread-safe.
public final class QueryGate {
  private final int permits;
  private final Duration patience;
  private final Semaphore free;

  /// @param permits  requests that may run at a time; 0 = no bound
  /// @param patience how long a request may wait for its turn
  public QueryGate(int permits, Duration patience) {
    if (permits < 0 || patience.isNegative()) {
      throw new IllegalArgumentException(
          "query gate with " + permits + " permits and a patience of " + patience
              + ", expected 0 or more of both");
    }
    this.permits = permits == 0 ? Integer.MAX_VALUE : permits;
    this.patience = patience;
    this.free = new Semaphore(this.permits, true);
  }

  /// Requests that run now.
  public int running() {
    return permits - free.availablePermits();
  }

  /// Requests that wait now, an estimate.
  public int waiting() {
    return free.getQueueLength();
  }

  /// Waits for a turn; every return is paired with one [#leave].
  void enter() throws LimitExceededException {
    boolean entered;
    try {
      entered = free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      entered = false;
    }
    if (!entered) {
      throw new LimitExceededException(LimitExceededException.Limit.QUEUE_TIME,
          "waiting for one of " + permits
              + " select permits: none became free within " + patience.toMillis() + " ms");
    }
  }

  void leave() {
    free.release();
  }
}
