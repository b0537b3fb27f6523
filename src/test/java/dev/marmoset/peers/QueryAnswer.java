package dev.marmoset.peers;

import java.util.List;
import java.util.Map;

/// What the query API answered, exactly: values stay the texts of the answer.
///
/// The order of series is left out, because for most expressions it is nobody's promise.
///
/// @param type   `vector` or `matrix`
/// @param series samples by label set; one sample per label set in a vector
public record QueryAnswer(String type, Map<Map<String, String>, List<Sample>> series) {
  /// One sample.
  ///
  /// @param t     ms since the epoch
  /// @param value as written in the answer, e.g. `0.30000000000000004`, `NaN`
  public record Sample(long t, String value) {}

  public QueryAnswer {
    series = Map.copyOf(series);
  }

  /// Number of samples over all series.
  public int sampleCount() {
    return series.values().stream().mapToInt(List::size).sum();
  }
}
