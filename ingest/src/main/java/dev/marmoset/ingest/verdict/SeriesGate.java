package dev.marmoset.ingest.verdict;

import dev.marmoset.ingest.decode.RejectReason;
import org.jspecify.annotations.Nullable;

/// Says whether a request may create one more series, by limits that the storage does not know. Asked under the head's
/// lock, for new series only.
@FunctionalInterface
public interface SeriesGate {
  /// Every series may be created.
  SeriesGate OPEN = () -> null;

  /// Why the series may not be created, or null when it may; then it is counted.
  @Nullable
  RejectReason refusal();
}
