package dev.marmoset.storage;

import dev.marmoset.storage.labels.Labels;
import java.util.List;

/// The exemplars of one series.
///
/// @param labels    of the series
/// @param exemplars at least one, ascending by [Exemplar#compareTo]
public record ExemplarSeries(Labels labels, List<Exemplar> exemplars) {
  /// Copies the list.
  public ExemplarSeries {
    exemplars = List.copyOf(exemplars);
  }
}
