package dev.marmoset.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelfMonitoringTest {
  private static final long NOW = 1_700_000_000_000L;

  private final MetricRegistry registry = new MetricRegistry();
  private final List<WriteRequest> written = new ArrayList<>();
  private boolean store = true;
  private final SelfMonitoring monitoring = new SelfMonitoring(registry, "replica-1",
      InstantSource.fixed(Instant.ofEpochMilli(NOW)), this::take);

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void writesEverySampleWithJobAndInstance() {
    Counter.builder("a").tag("x", "y").register(registry.meters()).increment(2);
    assertThat(monitoring.run()).isTrue();
    assertThat(values(written.getFirst())).containsExactlyInAnyOrderEntriesOf(
        Map.of("{__name__=up, instance=replica-1, job=marmoset}", 1.0,
            "{__name__=a_total, instance=replica-1, job=marmoset, x=y}", 2.0));
    assertThat(written.getFirst().getTimeseriesList()).allSatisfy(series -> {
      assertThat(series.getSamplesList()).singleElement()
          .satisfies(s -> assertThat(s.getTimestamp()).isEqualTo(NOW));
      assertThat(series.getLabelsList()).isSortedAccordingTo(Comparator.comparing(Label::getName));
    });
  }

  @Test
  void endsASeriesThatHasVanished() {
    Meter counter = Counter.builder("a").register(registry.meters());
    monitoring.run();
    registry.meters().remove(counter);
    monitoring.run();
    monitoring.run();
    assertThat(bitsOf("a_total", written.get(1))).containsExactly(SelfMonitoring.STALE_NAN_BITS);
    assertThat(bitsOf("a_total", written.get(2))).isEmpty();
  }

  @Test
  void aMarkerThatWasNotStoredComesAgain() {
    Meter counter = Counter.builder("a").register(registry.meters());
    monitoring.run();
    registry.meters().remove(counter);
    store = false;
    assertThat(monitoring.run()).isFalse();
    store = true;
    monitoring.run();
    assertThat(bitsOf("a_total", written.get(2))).containsExactly(SelfMonitoring.STALE_NAN_BITS);
  }

  private boolean take(byte[] request) {
    try {
      written.add(WriteRequest.parseFrom(request));
      return store;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Long> bitsOf(String name, WriteRequest request) {
    return request.getTimeseriesList().stream()
        .filter(series -> labels(series).contains("__name__=" + name + ","))
        .map(series -> Double.doubleToRawLongBits(series.getSamples(0).getValue())).toList();
  }

  private static Map<String, Double> values(WriteRequest request) {
    return request.getTimeseriesList().stream()
        .collect(Collectors.toMap(SelfMonitoringTest::labels, series -> series.getSamples(0).getValue()));
  }

  private static String labels(TimeSeries series) {
    return series.getLabelsList().stream().map(label -> label.getName() + "=" + label.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
