package dev.marmoset.storeapi;

import dev.marmoset.query.QueryLimits;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.LongSupplier;

/// How the StoreAPI behaves.
///
/// @param blockLabels labels of every series and of every block, the `--label` flags
/// @param replica     label that tells this replica apart: attached to answers, never in a block; empty for none
/// @param liveTail    how long before the end of a request samples are sent singly (`--store.live-tail`); zero = off
/// @param minTime     oldest time that may be served, ms (`--min-time`), asked once per request; [Long#MIN_VALUE] for
///                    no bound
/// @param limits      of one request
/// @param admission   of all requests together
public record StoreApiOptions(Labels blockLabels, Optional<Label> replica, Duration liveTail,
    LongSupplier minTime,
    QueryLimits limits, Admission admission) {

  /// Checks that the replica label is not one of the block labels and has a value.
  public StoreApiOptions {
    replica.ifPresent(label -> {
      if (label.value().isEmpty() || !blockLabels.value(label.name()).isEmpty()) {
        throw new IllegalArgumentException("replica label " + label.name() + "=\"" + label.value()
            + "\" has no value or is one of the block labels " + blockLabels);
      }
    });
  }

  /// The labels that are added to every answer.
  ExternalLabels externalLabels() {
    var labels = new ArrayList<>(blockLabels.toList());
    replica.ifPresent(labels::add);
    return new ExternalLabels(Labels.of(labels));
  }

  /// How many requests run at a time, and on how much memory.
  ///
  /// @param running  selects that may run at a time, and as many label requests besides; 0 = no bound
  /// @param patience how long a request may wait for its turn
  /// @param bytes    memory all running selects may hold; 0 = no bound
  public record Admission(int running, Duration patience, long bytes) {}
}
