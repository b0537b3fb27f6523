package dev.marmoset.storage;

import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.List;

/// Exemplars that are kept: the latest ones by arrival, up to a bound. Thread-safe.
public interface ExemplarStore {
  /// Selects exemplars in an inclusive range of time.
  ///
  /// @param selectors a series is selected when it satisfies all matchers of at least one of them; an empty list of
  ///                  matchers selects every series
  /// @return series with at least one exemplar in the range, in ascending order of their labels
  /// @throws IOException if stored data cannot be read or is damaged
  List<ExemplarSeries> exemplars(TimeRange range, List<List<Matcher>> selectors) throws IOException;
}
