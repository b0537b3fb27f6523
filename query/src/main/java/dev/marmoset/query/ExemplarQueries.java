package dev.marmoset.query;

import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.ExemplarStore;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.List;

/// Answers questions for exemplars, a bounded number at a time: an answer may be as large as the store's bound on
/// exemplars. Thread-safe.
public final class ExemplarQueries {
  private final ExemplarStore store;
  private final QueryGate gate;

  /// @param store what is asked
  /// @param gate  admission
  public ExemplarQueries(ExemplarStore store, QueryGate gate) {
    this.store = store;
    this.gate = gate;
  }

  /// Exemplars in the range of the series that satisfy one of the selectors, ascending by the labels of the series.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  /// @throws LimitExceededException if no turn came in time
  public List<ExemplarSeries> select(TimeRange range, List<List<Matcher>> selectors)
      throws IOException, LimitExceededException {
    gate.enter();
    try {
      return store.exemplars(range, selectors);
    } finally {
      gate.leave();
    }
  }
}
