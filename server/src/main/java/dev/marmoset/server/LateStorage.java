package dev.marmoset.server;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.tsdb.Tsdb;
import java.util.Optional;

/// Stands for the store until it is open, so that the listeners can open first and refuse. Thread-safe.
///
/// Nobody may append or query before [#attach]; [Readiness] sees to it.
final class LateStorage implements Storage {
  private volatile Optional<Tsdb> opened = Optional.empty();

  /// Passes everything on to `tsdb` from now on.
  void attach(Tsdb tsdb) {
    opened = Optional.of(tsdb);
  }

  /// The store, once it is open.
  Optional<Tsdb> opened() {
    return opened;
  }

  @Override
  public Appender appender() {
    return store().appender();
  }

  @Override
  public Querier querier(TimeRange range) {
    return store().querier(range);
  }

  @Override
  public long oldestTime() {
    return opened.map(Tsdb::oldestTime).orElse(Long.MAX_VALUE);
  }

  private Tsdb store() {
    return opened.orElseThrow(() -> new IllegalStateException("the store is used before it is open"));
  }
}
