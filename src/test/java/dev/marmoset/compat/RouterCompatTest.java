package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.e2e.StoreClient;
import dev.marmoset.peers.CountingTarget;
import dev.marmoset.peers.FreePorts;
import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.PeerProcess;
import dev.marmoset.peers.Peers;
import dev.marmoset.peers.Polling;
import dev.marmoset.peers.PrometheusServer;
import dev.marmoset.peers.QueryAnswer;
import dev.marmoset.peers.SendersPage;
import dev.marmoset.peers.ThanosQuery;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A real `thanos receive` routes what a real Prometheus writes to two Marmosets, every sample to both; each of them has
/// all of it, and thanos-query over both answers what Prometheus has. The router's configuration is that of
/// docs/senders.md.
///
/// ```
/// target ◄── Prometheus ── remote write ──► thanos receive ──┬── WriteableStore ──► Marmoset a ◄──┐
///                                                            └── WriteableStore ──► Marmoset b ◄──┴── thanos query
/// ```
@Tag("peers")
class RouterCompatTest {
  private static final int SCRAPES = 10;
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final long HOUR_MS = 3_600_000;

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final SendersPage page = SendersPage.read();

  @AfterEach
  void stop() throws Exception {
    while (!running.isEmpty()) {
      running.pop().close();
    }
  }

  @Test
  void bothStoresHaveAllAndTheQuerierShowsItOnce(@TempDir Path directory) throws Exception {
    Path prometheusBinary = Peers.PROMETHEUS.binary();
    Path _ = Peers.THANOS.binary();
    var a = closing(MarmosetProcess.start("a", directory));
    var b = closing(MarmosetProcess.start("b", directory));
    logs.watch(a.process());
    logs.watch(b.process());
    String router = startRouter(directory, a, b);
    var target = closing(CountingTarget.start());
    var prometheus = closing(PrometheusServer.start("prometheus", List.of(prometheusBinary.toString(),
        "--storage.tsdb.path=" + directory.resolve("prometheus-data")), directory, """
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs: [{job_name: routed, static_configs: [{targets: ['%s']}]}]
            remote_write: [{url: 'http://%s/api/v1/receive'}]
            """.formatted(target.address(), router)));
    logs.watch(prometheus.process());
    for (var store : List.of(a, b)) {
      int _ = Polling.until("scrape " + SCRAPES + " to be stored", DEADLINE,
          () -> Optional.of(numbers(store)).map(Map::size).filter(size -> size >= SCRAPES),
          () -> numbers(store) + " are. " + store.process().logTail());
    }
    long end = Math.min(numbers(a).lastKey(), numbers(b).lastKey());
    QueryAnswer own = prometheus.api().instant("{job=\"routed\"}[10m]", end);
    assertThat(own.series()).hasSizeGreaterThan(CountingTarget.values().size() + 3);
    for (var store : List.of(a, b)) {
      own.series().forEach((labels, samples) -> {
        var stored = read(store, labels.getOrDefault("__name__", "")).getOrDefault(labels, new TreeMap<>());
        assertThat(doubles(stored.headMap(end, true))).as("%s", labels).isEqualTo(doubles(samples));
      });
    }
    var querier = closing(ThanosQuery.start("query", directory, page.command("thanos-query",
        Map.of("marmoset-a:10901", a.grpcAddress(), "marmoset-b:10901", b.grpcAddress()))));
    logs.watch(querier.process());
    assertThat(querier.api().instant("{job=\"routed\"}[10m]", end)).isEqualTo(own);
  }

  /// @return where it takes remote write
  private String startRouter(Path directory, MarmosetProcess a, MarmosetProcess b) throws Exception {
    Path ring = Files.writeString(directory.resolve("hashring.json"), page.block("hashring.json",
        Map.of("marmoset-a:10901", a.grpcAddress(), "marmoset-b:10901", b.grpcAddress())));
    String write = FreePorts.address();
    String http = FreePorts.address();
    var words = new ArrayList<>(page.command("thanos-router",
        Map.of("=hashring.json", "=" + ring, "0.0.0.0:19291", write)));
    words.set(0, Peers.THANOS.binary().toString());
    words.add("--http-address=" + http);
    words.add("--grpc-address=" + FreePorts.address());
    words.add("--tsdb.path=" + directory.resolve("router-data"));
    var process = closing(PeerProcess.start("router", words, directory));
    logs.watch(process);
    process.awaitReady(URI.create("http://" + http + "/-/ready"), DEADLINE);
    return write;
  }

  private static NavigableMap<Long, Long> numbers(MarmosetProcess store) {
    var series = read(store, CountingTarget.NUMBER).values();
    assertThat(series.size()).isLessThanOrEqualTo(1);
    return series.isEmpty() ? new TreeMap<>() : series.iterator().next();
  }

  private static Map<Map<String, String>, NavigableMap<Long, Long>> read(MarmosetProcess store,
      String metric) {
    try (var client = new StoreClient(store.grpcAddress())) {
      long now = System.currentTimeMillis();
      return client.samples(metric, now - HOUR_MS, now + HOUR_MS);
    }
  }

  /// As objects, so that NaN is equal to NaN.
  private static Map<Long, Double> doubles(Map<Long, Long> bits) {
    var doubles = new TreeMap<Long, Double>();
    bits.forEach((t, value) -> doubles.put(t, Double.longBitsToDouble(value)));
    return doubles;
  }

  private static Map<Long, Double> doubles(List<QueryAnswer.Sample> samples) {
    var doubles = new TreeMap<Long, Double>();
    samples.forEach(
        sample -> doubles.put(sample.t(), Double.valueOf(sample.value().replace("Inf", "Infinity"))));
    return doubles;
  }

  private <T extends AutoCloseable> T closing(T started) {
    running.push(started);
    return started;
  }
}
