package dev.marmoset.storage.log;

import dev.marmoset.storage.log.entry.LogBatch;

/// Makes durable samples visible to queries.
@FunctionalInterface
public interface GroupApplier {
  /// Takes over the samples of one batch. Called on the log thread, after they are forced and the lease was found
  /// valid, before the batch's future completes; batches come in the order of the log.
  void apply(LogBatch batch);
}
