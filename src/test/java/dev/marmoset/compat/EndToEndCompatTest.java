package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.Peers;
import dev.marmoset.peers.Polling;
import dev.marmoset.peers.PrometheusServer;
import dev.marmoset.peers.PrometheusServer.RemoteWrite;
import dev.marmoset.peers.QueryApi;
import dev.marmoset.peers.ScrapeTarget;
import dev.marmoset.peers.ThanosQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What Prometheus scraped, wrote to Marmoset and reads back through thanos-query is what Prometheus itself answers,
/// to the last digit.
///
/// ```
/// two targets ◄── Prometheus ──┬── remote write 1.0 ──► Marmoset ◄── StoreAPI ── thanos query
///                              └── remote write 2.0 ──► Marmoset ◄── StoreAPI ── thanos query
/// ```
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndToEndCompatTest {
  /// One minute, so that the longest range selector below has a full range at most steps.
  private static final int SCRAPES = 60;
  private static final Duration RANGE = Duration.ofSeconds(50);
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String REPLICA_LABEL = "marmoset_replica";

  private static final List<String> EXPRESSIONS = List.of(
      "demo_temperature_celsius",
      "rate(demo_requests_total[10s])",
      "sum by (instance, code) (rate(demo_requests_total[7s]))",
      "topk(2, demo_requests_total)",
      "absent(demo_temperature_celsius{instance=\"silent\"})",
      "histogram_quantile(0.9, sum by (le) (rate(demo_request_seconds_bucket[15s])))",
      "label_replace(demo_build_info, \"major\", \"$1\", \"version\", \"([0-9]+)[.].*\")",
      "max_over_time(rate(demo_requests_total[5s])[20s:2s])",
      "count by (instance) ({__name__=~\"demo_.+\"})",
      "{job=\"demo\", __name__!~\"demo_requests.*\"} offset 15s");

  /// The two wire formats of remote write, each with a store of its own.
  private enum Wire {
    V1("prometheus.WriteRequest"), V2("io.prometheus.write.v2.Request");

    private final String message;

    Wire(String message) {
      this.message = message;
    }
  }

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();

  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final Map<Wire, QueryApi> thanos = new EnumMap<>(Wire.class);
  private Stack stack = Stack.NONE;

  /// What the tests ask, and about when.
  ///
  /// @param prometheus its query API; empty before the start
  /// @param end        ms since the epoch; everything up to then has arrived everywhere
  private record Stack(Optional<QueryApi> prometheus, long end) {
    static final Stack NONE = new Stack(Optional.empty(), 0);
  }

  @BeforeAll
  void scrapeForAMinute(@TempDir Path directory) {
    Path _ = Peers.PROMETHEUS.binary(); // both, before anything is started
    Path _ = Peers.THANOS.binary();
    var steady = closing(ScrapeTarget.start(3, 0, 0));
    var silent = closing(ScrapeTarget.start(5, SCRAPES / 2, SCRAPES / 2 + 10));
    var stores = new EnumMap<Wire, MarmosetProcess>(Wire.class);
    for (Wire wire : Wire.values()) {
      var store = closing(MarmosetProcess.start("marmoset-" + wire, directory));
      stores.put(wire, store);
      logs.watch(store.process());
    }
    var prometheus = closing(PrometheusServer.start(directory,
        Map.of("steady", steady.address(), "silent", silent.address()),
        stores.entrySet().stream()
            .map(store -> new RemoteWrite(store.getValue().uri("/api/v1/write"), store.getKey().message))
            .toList()));
    logs.watch(prometheus.process());
    stores.forEach((wire, store) -> {
      var query = closing(ThanosQuery.start("thanos-" + wire, directory, store.grpcAddress(), REPLICA_LABEL));
      logs.watch(query.process());
      thanos.put(wire, query.api());
    });
    steady.awaitScrapes(SCRAPES, Duration.ofSeconds(2L * SCRAPES));
    silent.awaitScrapes(SCRAPES, Duration.ofSeconds(2L * SCRAPES));
    stack = new Stack(Optional.of(prometheus.api()), settle(prometheus.api()));
  }

  /// A time up to which every store has what Prometheus has: each of its series is there and has a later sample.
  private long settle(QueryApi prometheus) {
    long end = System.currentTimeMillis() / 1000 * 1000;
    int series = prometheus.instant("{job=\"demo\"}", end).series().size();
    for (QueryApi api : Stream.concat(Stream.of(prometheus), thanos.values().stream()).toList()) {
      int _ = Polling.until(series + " series to have a sample after " + end, DEADLINE,
          () -> Optional.of(seriesAfter(api, end)).filter(count -> count == series),
          () -> seriesAfter(api, end) + " series have.");
    }
    return end;
  }

  /// How many series have samples in the five seconds after `end`.
  private static int seriesAfter(QueryApi api, long end) {
    return api.instant("{job=\"demo\"}[5s]", end + 5_000).series().size();
  }

  @AfterAll
  void stop() throws Exception {
    while (!running.isEmpty()) {
      running.pop().close();
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wiresAndExpressions")
  void thanosAnswersRangeQueriesAsPrometheusDoes(Wire wire, String expression) {
    long end = stack.end();
    long start = end - RANGE.toMillis();
    var expected = prometheus().range(expression, start, end, Duration.ofSeconds(1));
    assertThat(expected.sampleCount()).as("samples that Prometheus answers").isGreaterThanOrEqualTo(5);
    assertThat(thanos(wire).range(expression, start, end, Duration.ofSeconds(1))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wiresAndExpressions")
  void thanosAnswersInstantQueriesAsPrometheusDoes(Wire wire, String expression) {
    int samples = 0;
    // Whole seconds, and times between two scrapes.
    for (long t = stack.end(); t > stack.end() - RANGE.toMillis(); t -= 3_333) {
      var expected = prometheus().instant(expression, t);
      samples += expected.sampleCount();
      assertThat(thanos(wire).instant(expression, t)).as("at " + t).isEqualTo(expected);
    }
    assertThat(samples).as("samples that Prometheus answers").isGreaterThanOrEqualTo(2);
  }

  private static Stream<Arguments> wiresAndExpressions() {
    return Stream.of(Wire.values())
        .flatMap(wire -> EXPRESSIONS.stream().map(expression -> Arguments.of(wire, expression)));
  }

  private QueryApi prometheus() {
    return stack.prometheus().orElseThrow();
  }

  private QueryApi thanos(Wire wire) {
    return Optional.ofNullable(thanos.get(wire)).orElseThrow();
  }

  private <T extends AutoCloseable> T closing(T started) {
    running.push(started);
    return started;
  }
}
