package dev.marmoset.storage.log.entry;

import dev.marmoset.storage.labels.Labels;

/// Tells the log what a series of the head is called.
@FunctionalInterface
public interface SeriesLabels {
  /// Labels of the series with this head id. Asked once per series and segment, on the log thread.
  Labels labels(int series);
}
