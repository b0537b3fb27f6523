package dev.marmoset.server.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/// Counts and times requests under the names that Thanos dashboards read. Thread-safe.
final class HttpMetrics {
  /// Around what is promised: an acknowledgement takes one commit interval (20 ms or 1 s) and one fsync, a sender waits
  /// 30 s at most.
  private static final Duration[] BUCKETS =
      {Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(25),
        Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(500),
        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10),
        Duration.ofSeconds(30)};
  /// Others are counted as `other`: a client may send any word as method, a label value must not.
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

  private final MeterRegistry registry;

  HttpMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /// A request was answered.
  ///
  /// @param handler name of the route
  /// @param nanos   from the first byte of its head to the complete answer
  void answered(String handler, String method, int status, long nanos) {
    Counter.builder("http.requests").description("HTTP requests answered")
        .tag("code", Integer.toString(status)).tag("handler", handler)
        .tag("method", METHODS.contains(method) ? method.toLowerCase(Locale.ROOT) : "other")
        .register(registry).increment();
    Timer.builder("http.request.duration").description("time until HTTP requests were answered")
        .tag("handler", handler).serviceLevelObjectives(BUCKETS).register(registry)
        .record(Duration.ofNanos(nanos));
  }
}
