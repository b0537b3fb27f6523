package dev.marmoset.server.metrics;

import dev.marmoset.ingest.account.Lateness;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;

/// `marmoset_ingest_late_seconds`: a histogram whose counts are kept by ingest.
public final class LatenessMetrics {
  private LatenessMetrics() {}

  /// Registers it.
  public static void register(MetricRegistry registry, Lateness lateness) {
    registry.add(() -> snapshot(lateness));
  }

  private static HistogramSnapshot snapshot(Lateness lateness) {
    return HistogramSnapshot.builder().name("marmoset_ingest_late_seconds")
        .help(
            "age on arrival, by the store's clock, of samples older than the newest one held of their series")
        .dataPoint(HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(ClassicHistogramBuckets.of(lateness.boundsSeconds(), lateness.counts()))
            .sum(lateness.sumSeconds()).build())
        .build();
  }
}
