package dev.marmoset.query;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.List;

/// Answers questions about label names and values of stored series. Thread-safe.
public final class LabelQueries {
  private final Storage storage;
  private final QueryGate gate;

  /// @param storage what is asked
  /// @param gate    admission; not the one of selects, so that completing a label never waits for a slow reader of
  ///                series
  public LabelQueries(Storage storage, QueryGate gate) {
    this.storage = storage;
    this.gate = gate;
  }

  /// Label names of the matching series with data in the range: distinct, ascending by UTF-8 bytes.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  /// @throws LimitExceededException if no turn came in time
  public List<String> names(TimeRange range, List<Matcher> matchers)
      throws IOException, LimitExceededException {
    return ask(range, querier -> querier.labelNames(matchers));
  }

  /// Values of the label `name` among the matching series with data in the range: distinct, ascending by UTF-8 bytes.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  /// @throws LimitExceededException if no turn came in time
  public List<String> values(String name, TimeRange range, List<Matcher> matchers)
      throws IOException, LimitExceededException {
    return ask(range, querier -> querier.labelValues(name, matchers));
  }

  /// Whether some matching series has data in the range.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  /// @throws LimitExceededException if no turn came in time
  public boolean any(TimeRange range, List<Matcher> matchers) throws IOException, LimitExceededException {
    return ask(range, querier -> querier.select(matchers).next());
  }

  private <T> T ask(TimeRange range, Question<T> question) throws IOException, LimitExceededException {
    gate.enter();
    try (Querier querier = storage.querier(range)) {
      return question.put(querier);
    } finally {
      gate.leave();
    }
  }

  private interface Question<T> {
    T put(Querier querier) throws IOException;
  }
}
