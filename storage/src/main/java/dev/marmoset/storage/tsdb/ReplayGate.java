package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.head.HeadOptions;
import dev.marmoset.storage.log.GroupApplier;
import dev.marmoset.storage.log.entry.LogBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Keeps durable groups away from the head while earlier logs are being replayed.
///
/// A live sample is newer than everything that is still to be replayed, and would turn all of it into late samples. So
/// until the replay is done live groups are only logged, and are then replayed from the own log like those of any
/// other. Nothing is served meanwhile, so nobody misses them. Thread-safe.
final class ReplayGate implements GroupApplier {
  private final Head head;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean open;
  private long heldBack;
  /// Metadata is not counted, because a log leaves out what it has said before; so it is kept for the opening.
  private final Map<String, MetricMetadata> heldMetadata = new LinkedHashMap<>();

  ReplayGate(Head head) {
    this.head = head;
  }

  @Override
  public void apply(LogBatch batch) {
    lock.lock();
    try {
      if (open) {
        head.apply(batch);
      } else {
        heldBack += batch.size() + batch.histograms().size() + batch.exemplars().size();
        batch.metadata().forEach(this::holdBack);
      }
    } finally {
      lock.unlock();
    }
  }

  private void holdBack(MetricMetadata metadata) {
    if (heldMetadata.size() < HeadOptions.MAX_METADATA || heldMetadata.containsKey(metadata.family())) {
      heldMetadata.put(metadata.family(), metadata);
    }
  }

  /// Opens the gate if the head has everything that was held back.
  ///
  /// @param replayed samples and exemplars of the own log that are in the head. It may exceed what was held back, when a
  ///                 durable group has not been announced here yet; applying a sample twice changes nothing.
  /// @return whether the gate is open now
  boolean openAfter(long replayed) {
    lock.lock();
    try {
      open = replayed >= heldBack;
      if (open && !heldMetadata.isEmpty()) {
        var batch = new LogBatch();
        heldMetadata.values().forEach(batch::addMetadata);
        head.apply(batch);
        heldMetadata.clear();
      }
      return open;
    } finally {
      lock.unlock();
    }
  }
}
