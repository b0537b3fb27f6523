package dev.marmoset.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.server.metrics.ExpositionParser.Sample;
import dev.marmoset.storage.labels.Label;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpositionParserTest {
  @Test
  void readsWhatTheRegistryWrites() {
    try (var registry = new MetricRegistry()) {
      Counter.builder("a.b").tag("x", "1\"2\\3\n4, {}=").register(registry.meters()).increment(3);
      Gauge.builder("nan", () -> Double.NaN).register(registry.meters());
      Gauge.builder("inf", () -> Double.NEGATIVE_INFINITY).register(registry.meters());
      Timer.builder("t").serviceLevelObjectives(Duration.ofSeconds(1)).register(registry.meters())
          .record(Duration.ofMillis(1500));
      assertThat(ExpositionParser.parse(registry.expose("").text())).containsExactlyInAnyOrder(
          new Sample("a_b_total", List.of(new Label("x", "1\"2\\3\n4, {}=")), 3),
          new Sample("nan", List.of(), Double.NaN), new Sample("inf", List.of(), Double.NEGATIVE_INFINITY),
          new Sample("t_seconds_bucket", List.of(new Label("le", "1.0")), 0),
          new Sample("t_seconds_bucket", List.of(new Label("le", "+Inf")), 1),
          new Sample("t_seconds_count", List.of(), 1), new Sample("t_seconds_sum", List.of(), 1.5));
    }
  }

  @Test
  void openMetricsOnlyWhenAskedFor() {
    try (var registry = new MetricRegistry()) {
      assertThat(registry.expose("text/plain").contentType()).startsWith("text/plain; version=0.0.4");
      var open = registry.expose("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
      assertThat(open.contentType()).startsWith("application/openmetrics-text");
      assertThat(open.text()).endsWith("# EOF\n");
    }
  }

  @Test
  void namesALineThatIsNoSample() {
    assertThatThrownBy(() -> ExpositionParser.parse("up{a=\"b} 1"))
        .hasMessage("not a sample of the text format: up{a=\"b} 1");
  }
}
