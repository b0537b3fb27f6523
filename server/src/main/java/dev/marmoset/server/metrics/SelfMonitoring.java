package dev.marmoset.server.metrics;

import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Writes the own metrics into the own store, as a scraper would: `job="marmoset"`, an `instance`, `up`, and a staleness
/// marker for every series that has vanished.
///
/// One round is one call of [#run]; rounds must not overlap. What a round cannot write is dropped: the next one brings
/// newer values.
public final class SelfMonitoring {
  /// The NaN that ends a series (Prometheus `model/value`).
  static final long STALE_NAN_BITS = 0x7FF0_0000_0000_0002L;

  private static final String JOB = "marmoset";

  private final MetricRegistry registry;
  private final String instance;
  private final InstantSource clock;
  private final Sink sink;
  private Set<Labels> written = Set.of();

  /// Takes the body of a remote-write 1.0 request, uncompressed.
  @FunctionalInterface
  public interface Sink {
    /// Whether everything was stored.
    boolean write(byte[] request);
  }

  /// @param instance value of the label `instance`
  /// @param clock    gives the sample times
  /// @param sink     the ingest path
  public SelfMonitoring(MetricRegistry registry, String instance, InstantSource clock, Sink sink) {
    this.registry = registry;
    this.instance = instance;
    this.clock = clock;
    this.sink = sink;
  }

  /// Scrapes once and writes the result.
  ///
  /// @return whether everything was stored
  public boolean run() {
    long now = clock.millis();
    var request = new WriteRequestBytes();
    var seen = new HashSet<Labels>();
    var up = labels("up", List.of());
    request.add(up, now, Double.doubleToRawLongBits(1));
    seen.add(up);
    for (var sample : ExpositionParser.parse(registry.expose("").text())) {
      var labels = labels(sample.name(), sample.labels());
      if (seen.add(labels)) {
        request.add(labels, now, Double.doubleToRawLongBits(sample.value()));
      }
    }
    for (Labels gone : written) {
      if (!seen.contains(gone)) {
        request.add(gone, now, STALE_NAN_BITS);
      }
    }
    boolean stored = sink.write(request.toByteArray());
    if (stored) {
      written = seen;
    }
    return stored;
  }

  private Labels labels(String name, List<Label> own) {
    var labels = new ArrayList<Label>(own.size() + 3);
    labels.add(new Label(Labels.METRIC_NAME, name));
    labels.add(new Label("instance", instance));
    labels.add(new Label("job", JOB));
    labels.addAll(own);
    return Labels.of(labels);
  }
}
