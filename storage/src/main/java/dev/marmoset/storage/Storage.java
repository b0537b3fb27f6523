package dev.marmoset.storage;

import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.TimeRange;

/// A store of series. Thread-safe.
public interface Storage {
  /// Opens an appender for one write request. The caller must close it.
  ///
  /// The appender owns the head's lock until it is committed or closed: decode and validate before opening it, and do
  /// nothing slow while it is open.
  Appender appender();

  /// The hash by which appenders find series, the same as long as the store is open.
  LabelHash labelHash();

  /// Opens a querier for the samples of an inclusive time range. The caller must close it.
  Querier querier(TimeRange range);

  /// Time of the oldest sample that is served, in ms; [Long#MAX_VALUE] while there is none.
  long oldestTime();
}
