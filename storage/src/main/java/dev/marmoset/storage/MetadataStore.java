package dev.marmoset.storage;

import java.util.List;

/// What senders say about metric families; the latest word counts. Thread-safe.
public interface MetadataStore {
  /// Metadata by family.
  ///
  /// @param family the one metric family that is asked for; empty for all
  /// @param limit  most families to return, not negative
  /// @return distinct families in ascending order of their names as UTF-16
  List<MetricMetadata> metadata(String family, int limit);
}
