package dev.marmoset.storage;

import dev.marmoset.storage.labels.Matcher;
import java.io.IOException;
import java.util.List;

/// A read handle over an inclusive time range. Thread-safe; must be closed, because it may keep data alive.
public interface Querier extends AutoCloseable {
  /// Selects the series that satisfy all matchers and have at least one chunk that overlaps the range.
  ///
  /// @param matchers conditions on stored labels; an empty list selects every series
  /// @return series in ascending order of their labels; chunks are read when asked for
  /// @throws IOException if stored data cannot be read or is damaged
  SeriesSet select(List<Matcher> matchers) throws IOException;

  /// Names of the labels of the series that [#select] would return: distinct, ascending by unsigned UTF-8 bytes.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  List<String> labelNames(List<Matcher> matchers) throws IOException;

  /// Values that the series that [#select] would return have for label `name`: distinct, ascending by unsigned UTF-8
  /// bytes, without the empty value.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  List<String> labelValues(String name, List<Matcher> matchers) throws IOException;

  @Override
  void close();
}
