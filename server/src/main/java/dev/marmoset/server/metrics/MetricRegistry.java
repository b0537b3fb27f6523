package dev.marmoset.server.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Supplier;

/// All meters of the process and their exposition. Thread-safe.
///
/// Micrometer adds a gauge `…_max` beside every timer and summary: the largest value of the last minutes. Prometheus
/// users ask quantiles instead, and nobody expects these names, so they are left out.
public final class MetricRegistry implements AutoCloseable {
  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
      .throwExceptionOnRegistrationFailure();
  private final ExpositionFormats formats = ExpositionFormats.init();

  /// An exposition in one format.
  ///
  /// @param contentType media type with version and charset
  /// @param text        the exposition, UTF-8
  public record Exposition(String contentType, String text) {}

  /// An empty registry.
  public MetricRegistry() {}

  /// Where meters are registered.
  public MeterRegistry meters() {
    return registry;
  }

  /// Adds a metric whose numbers are kept elsewhere.
  ///
  /// @param now the metric as it is now; any thread
  void add(Supplier<MetricSnapshot> now) {
    registry.getPrometheusRegistry().register((Collector) now::get);
  }

  /// All metrics in the best format the client takes.
  ///
  /// @param accept the `Accept` header; OpenMetrics is written only if it is named there
  public Exposition expose(String accept) {
    boolean openMetrics = accept.contains("application/openmetrics-text");
    ExpositionFormatWriter writer = openMetrics
        ? formats.getOpenMetricsTextFormatWriter()
        : formats.getPrometheusTextFormatWriter();
    return new Exposition(writer.getContentType(), write(writer));
  }

  /// All metrics as they are now.
  MetricSnapshots snapshots() {
    return registry.getPrometheusRegistry().scrape((String name) -> !name.endsWith("_max"));
  }

  @Override
  public void close() {
    registry.close();
  }

  private String write(ExpositionFormatWriter writer) {
    var out = new ByteArrayOutputStream(64 << 10);
    try {
      writer.write(out, snapshots());
    } catch (IOException e) {
      throw new IllegalStateException("writing metrics to memory: " + e, e);
    }
    return out.toString(UTF_8);
  }
}
