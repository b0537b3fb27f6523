package dev.marmoset.server;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.labels.TimeRange;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Stands for the store until it is open, so that the listeners can open first and refuse. Thread-safe.
///
/// Nobody may append or query before [#attach]; [Readiness] sees to it.
final class LateStorage implements Storage {
  private final AtomicReference<Optional<Storage>> storage = new AtomicReference<>(Optional.empty());

  /// Passes everything on to `opened` from now on.
  void attach(Storage opened) {
    storage.set(Optional.of(opened));
  }

  @Override
  public Appender appender() {
    return opened().appender();
  }

  @Override
  public Querier querier(TimeRange range) {
    return opened().querier(range);
  }

  @Override
  public long oldestTime() {
    return storage.get().map(Storage::oldestTime).orElse(Long.MAX_VALUE);
  }

  private Storage opened() {
    return storage.get().orElseThrow(() -> new IllegalStateException("the store is used before it is open"));
  }
}
