package dev.marmoset.storeapi;

import dev.marmoset.query.LimitExceededException.Limit;
import dev.marmoset.query.QueryGate;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// What reads cost, under the names that Thanos dashboards read. Thread-safe.
final class StoreMetrics {
  /// Bucket bounds of both summaries, decades up to a million.
  private static final double[] BUCKETS = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000};

  private final MeterRegistry registry;
  private final DistributionSummary series;
  private final DistributionSummary chunks;

  /// @param registry receives the meters
  /// @param gate     of selects
  StoreMetrics(MeterRegistry registry, QueryGate gate) {
    this.registry = registry;
    this.series = summary("thanos.store.server.series.requested", "series sent per Series call");
    this.chunks = summary("thanos.store.server.chunks.requested", "chunks sent per Series call");
    Gauge.builder("thanos.store.server.pending.series.requests", gate, QueryGate::waiting)
        .description("Series calls that wait for their turn").register(registry);
  }

  /// A Series call was answered to its end.
  void answered(long seriesSent, long chunksSent) {
    series.record(seriesSent);
    chunks.record(chunksSent);
  }

  /// A call was refused or broken off because of a limit.
  void dropped(Limit limit) {
    // `series` and `chunks` are upstream's reasons, the others are ours.
    String reason = switch (limit) {
      case SERIES -> "series";
      case SAMPLES -> "chunks";
      case REQUEST_BYTES -> "bytes";
      case PROCESS_BYTES -> "memory";
      case QUEUE_TIME -> "queue";
    };
    Counter.builder("thanos.store.selects.dropped").tag("reason", reason)
        .description("calls refused or broken off because of a limit").register(registry).increment();
  }

  private DistributionSummary summary(String name, String description) {
    return DistributionSummary.builder(name).description(description).serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
