package dev.marmoset.server;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs periodic tasks on two threads, so that one that waits for the disk does not hold up the rest. Rounds of one task
/// never overlap; one that throws is logged and comes again.
final class Maintenance implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);
  private static final int THREADS = 2;

  private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(THREADS,
      Thread.ofPlatform().daemon().name("maintenance-", 0).factory());

  Maintenance() {
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /// Runs a task again and again.
  ///
  /// @param name  for the log
  /// @param first time until the first round
  /// @param every time from the end of a round to the next
  void schedule(String name, Duration first, Duration every, Runnable task) {
    var unused = threads.scheduleWithFixedDelay(() -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).addKeyValue("task", name)
            .log("maintenance task broke off; it will run again");
      }
    }, first.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Starts no more rounds. A running one ends by itself: it may be in a file, which an interrupt would close.
  @Override
  public void close() {
    threads.shutdown();
  }
}
