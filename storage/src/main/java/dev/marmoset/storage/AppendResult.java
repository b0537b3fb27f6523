package dev.marmoset.storage;

/// The verdict on one sample.
public enum AppendResult {
  /// Taken: it is stored once the commit is durable.
  ACCEPTED,
  /// Equal in time and bits to a sample that is held already: counts as written, stored once.
  SAME_AGAIN,
  /// Older than the acceptance window W by the store's clock.
  TOO_OLD,
  /// More than 10 minutes ahead of the store's clock.
  TOO_NEW,
  /// Same time as the latest sample held of the series, other value.
  CONFLICTING_DUPLICATE,
  /// An exemplar in a store that keeps none: dropped, neither written nor refused.
  NOT_KEPT;

  /// Whether the sample counts as written.
  public boolean accepted() {
    return this == ACCEPTED || this == SAME_AGAIN;
  }
}
