package dev.marmoset.storage.head;

import dev.marmoset.storage.log.entry.LogBatch;
import java.util.concurrent.ArrayBlockingQueue;

/// Keeps batches for the next requests: their columns are as long as a request. Thread-safe.
final class BatchPool {
  /// Requests that wait for their commit at once, in the usual case; more of them allocate.
  private static final int CAPACITY = 64;

  private final ArrayBlockingQueue<LogBatch> idle = new ArrayBlockingQueue<>(CAPACITY);

  LogBatch take() {
    LogBatch batch = idle.poll();
    return batch == null ? new LogBatch() : batch;
  }

  /// Takes back a batch that nobody uses any more; beyond the capacity it is left to the collector.
  void giveBack(LogBatch batch) {
    batch.clear();
    idle.offer(batch);
  }
}
