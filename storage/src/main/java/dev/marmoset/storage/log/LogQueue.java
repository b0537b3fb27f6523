package dev.marmoset.storage.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.log.entry.LogBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The batches that wait for the log thread and the ones it is working on. Thread-safe.
final class LogQueue {
  /// A batch and the answer somebody waits for.
  ///
  /// @param since monotonic clock at its arrival, ns
  record Entry(LogBatch batch, CompletableFuture<CommitOutcome> answer, long since) {}

  /// Samples whose series are looked at in a millisecond or two.
  private static final int MOST_LOOKED_AT = 1 << 19;

  private final Object lock = new Object();
  private final int bound;
  private final LogStats stats;
  @GuardedBy("lock")
  private final Deque<Entry> waiting = new ArrayDeque<>();
  @GuardedBy("lock")
  private List<Entry> inFlight = List.of();
  @GuardedBy("lock")
  private int weight;

  LogQueue(int bound, LogStats stats) {
    this.bound = bound;
    this.stats = stats;
  }

  /// Queues a batch. A batch of any size fits into an empty queue.
  ///
  /// @return whether there was room
  boolean offer(Entry entry) {
    synchronized (lock) {
      int added = entry.batch().weight();
      if (weight > 0 && added > bound - weight) {
        return false;
      }
      waiting.add(entry);
      weigh(added);
      return true;
    }
  }

  @GuardedBy("lock")
  private void weigh(int added) {
    weight += added;
    stats.queuedSamples.set(weight);
  }

  /// Samples that wait.
  int weight() {
    synchronized (lock) {
      return weight;
    }
  }

  /// Whether a batch waits.
  boolean isEmpty() {
    synchronized (lock) {
      return waiting.isEmpty();
    }
  }

  /// Takes the oldest batches, at least one if there is one, up to `samples` in all.
  List<Entry> take(int samples) {
    synchronized (lock) {
      var taken = new ArrayList<Entry>();
      int sum = 0;
      while (!waiting.isEmpty() && (sum == 0 || sum + waiting.peek().batch().weight() <= samples)) {
        Entry entry = waiting.remove();
        sum += entry.batch().weight();
        taken.add(entry);
      }
      weigh(-sum);
      inFlight = taken;
      return taken;
    }
  }

  /// The batches taken last are done with.
  void done() {
    synchronized (lock) {
      inFlight = List.of();
    }
  }

  /// Clears the bits of series for which samples wait or are being worked on; all bits if these are too many to look at.
  void spare(BitSet series) {
    synchronized (lock) {
      if (weight > MOST_LOOKED_AT) {
        series.clear();
        return;
      }
      waiting.forEach(entry -> entry.batch().spare(series));
      inFlight.forEach(entry -> entry.batch().spare(series));
    }
  }

  /// Refuses what has waited since before `deadline`, also when the log thread is stuck with it.
  void expire(long deadline, String reason) {
    var late = new ArrayList<Entry>();
    synchronized (lock) {
      while (!waiting.isEmpty() && waiting.peek().since() - deadline < 0) {
        Entry entry = waiting.remove();
        weigh(-entry.batch().weight());
        late.add(entry);
      }
      for (Entry entry : inFlight) {
        if (entry.since() - deadline < 0) {
          late.add(entry);
        }
      }
    }
    late.forEach(entry -> refuse(entry, reason));
  }

  /// Refuses everything that waits.
  void refuseAll(String reason) {
    List<Entry> all;
    synchronized (lock) {
      all = new ArrayList<>(waiting);
      waiting.clear();
      weigh(-weight);
    }
    all.forEach(entry -> refuse(entry, reason));
  }

  /// Refuses one batch, unless it has its answer.
  void refuse(Entry entry, String reason) {
    if (entry.answer().complete(new CommitOutcome.Unavailable(reason))) {
      stats.refused.increment();
    }
  }
}
