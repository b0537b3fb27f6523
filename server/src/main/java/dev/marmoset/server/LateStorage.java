package dev.marmoset.server;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.ExemplarStore;
import dev.marmoset.storage.MetadataStore;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.tsdb.Tsdb;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Stands for the store until it is open, so that the listeners can open first and refuse. Thread-safe.
///
/// Nobody may append or query before [#attach]; [Readiness] sees to it.
final class LateStorage implements Storage, ExemplarStore, MetadataStore {
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
  public LabelHash labelHash() {
    return store().labelHash();
  }

  @Override
  public Querier querier(TimeRange range) {
    return store().querier(range);
  }

  @Override
  public long oldestTime() {
    return opened.map(Tsdb::oldestTime).orElse(Long.MAX_VALUE);
  }

  @Override
  public List<ExemplarSeries> exemplars(TimeRange range, List<List<Matcher>> selectors) throws IOException {
    return store().exemplars(range, selectors);
  }

  @Override
  public List<MetricMetadata> metadata(String family, int limit) {
    return store().metadata(family, limit);
  }

  private Tsdb store() {
    return opened.orElseThrow(() -> new IllegalStateException("the store is used before it is open"));
  }
}
