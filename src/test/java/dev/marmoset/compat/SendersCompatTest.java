package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.compat.SenderFleet.Door;
import dev.marmoset.compat.SenderFleet.Writer;
import dev.marmoset.e2e.StoreClient;
import dev.marmoset.peers.CountingTarget;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.Peers;
import dev.marmoset.peers.Polling;
import dev.marmoset.peers.QueryAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Cases 91 and 97: what real senders scraped is in the store, each sample once, at its time, with its bits, although both
/// stores were killed and started again in between. Every configuration is a block of docs/senders.md.
///
/// ```
/// target ◄── Prometheus 2.42 ── plain, basic, bearer ─────────────┐
/// target ◄── Prometheus 3.15 ── 1.0, 2.0, basic, bearer, SigV4 ───┼──► Marmoset plain, Marmoset with TLS and credentials
/// target ◄── Prometheus 3.15 as an agent ─────────────────────────┤             ▲
/// target ◄── vmagent, plain and bearer ───────────────────────────┘             └── StoreAPI Series
/// ```
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SendersCompatTest {
  private static final int SCRAPES_BEFORE_KILL = 6;
  private static final int SCRAPES = 14;
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final long HOUR_MS = 3_600_000;

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();

  private final long now = System.currentTimeMillis();
  private final List<SenderFleet> started = new ArrayList<>();

  @BeforeAll
  void scrapeAndKill(@TempDir Path directory) throws Exception {
    for (Peers peer : List.of(Peers.PROMETHEUS, Peers.PROMETHEUS_2, Peers.VMAGENT, Peers.NPM)) {
      Path _ = peer.binary(); // before anything is started
    }
    var fleet = new SenderFleet(directory, logs);
    started.add(fleet);
    fleet.startPrometheus2();
    fleet.startPrometheus3();
    fleet.startAgent();
    fleet.startVmagents();
    assertThat(fleet.runNode("npm", Door.PLAIN, now)).as("exit code of node").isZero();
    assertThat(fleet.runNode("npm-sigv4", Door.LOCKED, now)).as("exit code of node").isZero();
    fleet.writers().forEach(writer -> awaitStored(writer, SCRAPES_BEFORE_KILL));
    fleet.killAndRestartStores();
    fleet.writers().forEach(writer -> awaitStored(writer, SCRAPES));
  }

  @AfterAll
  void stop() throws Exception {
    for (var fleet : started) {
      fleet.stop();
    }
  }

  private SenderFleet fleet() {
    return started.getFirst();
  }

  private List<Writer> writers() {
    return fleet().writers();
  }

  private void awaitStored(Writer writer, int scrapes) {
    int _ = Polling.until("scrape " + scrapes + " of " + writer + " to be stored", DEADLINE,
        () -> Optional.of(numbers(writer)).filter(numbers -> !numbers.isEmpty())
            .map(numbers -> numbers.lastEntry().getValue().intValue()).filter(last -> last >= scrapes),
        () -> "It has " + numbers(writer) + ". " + fleet().store(writer.door()).process().logTail());
  }

  @ParameterizedTest
  @MethodSource("writers")
  void everyScrapeIsStoredOnceWithItsValues(Writer writer) {
    var numbers = numbers(writer);
    assertThat(numbers.values().stream().map(Double::intValue)).as("scrapes, without a gap or a repetition")
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, Math.max(SCRAPES, numbers.size())).boxed().toList());
    assertThat(numbers.size()).as("no more than were scraped").isLessThanOrEqualTo(writer.target().scrapes());
    CountingTarget.values().forEach((metric, value) -> {
      var expected = new TreeMap<Long, Double>();
      numbers.forEach((t, number) -> expected.put(t, value.applyAsDouble(number.intValue())));
      // Between the two reads more may have arrived.
      assertThat(series(writer, metric).headMap(numbers.lastKey(), true)).as(metric).isEqualTo(expected);
    });
  }

  @ParameterizedTest
  @MethodSource("writers")
  void everySampleIsWhatThePrometheusItselfHas(Writer writer) {
    if (writer.prometheus().isEmpty()) {
      return; // an agent keeps nothing that can be asked for
    }
    long end = numbers(writer).lastKey();
    var own =
        writer.prometheus().orElseThrow().api().instant("{job=\"" + writer.labels().get("job") + "\"}[10m]",
            end);
    assertThat(own.series()).hasSizeGreaterThan(CountingTarget.values().size() + 3);
    own.series().forEach((labels, samples) -> {
      var relabelled = new HashMap<>(labels);
      relabelled.put("via", writer.labels().get("via"));
      var stored =
          read(writer.door(), labels.getOrDefault("__name__", "")).getOrDefault(relabelled, new TreeMap<>());
      assertThat(doubles(stored).headMap(end, true)).as("%s", labels).isEqualTo(doubles(samples));
    });
  }

  @Test
  void npmLibraryIsStored() {
    var orders = Map.of("__name__", "orders_total", "route", "/v1/orders", "service", "shop");
    assertThat(read(Door.PLAIN, "orders_total")).isEqualTo(Map.of(orders,
        new TreeMap<>(Map.of(now, bits(4), now - 10_000, bits(3)))));
    assertThat(read(Door.PLAIN, "queue_depth")).isEqualTo(
        Map.of(Map.of("__name__", "queue_depth", "service", "shop"), new TreeMap<>(Map.of(now, bits(0.1)))));
  }

  @Test
  void npmLibraryWithSignaturesIsStored() {
    assertThat(read(Door.LOCKED, "signed_total")).isEqualTo(
        Map.of(Map.of("__name__", "signed_total"), new TreeMap<>(Map.of(now, bits(1)))));
  }

  @Test
  void everyWayInWasTaken() {
    Set<List<String>> taken = read(Door.LOCKED, "marmoset_ingest_samples_total").keySet().stream()
        .map(labels -> List.of(labels.get("sender"), labels.get("protocol"))).collect(Collectors.toSet());
    assertThat(taken).contains(List.of("prometheus", "1.0"), List.of("agent", "1.0"), List.of("agent", "2.0"),
        List.of("lambda", "2.0"));
  }

  @Test
  void everyBlockOfThePageIsRun() {
    assertThat(fleet().page.unused()).as("those of RouterCompatTest")
        .containsExactlyInAnyOrder("hashring.json", "thanos-router", "thanos-query");
  }

  private NavigableMap<Long, Double> numbers(Writer writer) {
    return series(writer, CountingTarget.NUMBER);
  }

  /// The one series of the metric that the writer wrote.
  private NavigableMap<Long, Double> series(Writer writer, String metric) {
    var found = read(writer.door(), metric).entrySet().stream()
        .filter(series -> series.getKey().entrySet().containsAll(writer.labels().entrySet())
            && series.getKey().containsKey("via") == writer.labels().containsKey("via"))
        .toList();
    assertThat(found.size()).as("series of %s written by %s", metric, writer).isLessThanOrEqualTo(1);
    return found.isEmpty() ? new TreeMap<>() : doubles(found.getFirst().getValue());
  }

  private Map<Map<String, String>, NavigableMap<Long, Long>> read(Door door, String metric) {
    try (var client = new StoreClient(fleet().store(door).grpcAddress())) {
      return client.samples(metric, now - HOUR_MS, now + HOUR_MS);
    }
  }

  /// As objects, so that NaN is equal to NaN and 0 is not to −0.
  private static NavigableMap<Long, Double> doubles(NavigableMap<Long, Long> bits) {
    var doubles = new TreeMap<Long, Double>();
    bits.forEach((t, value) -> doubles.put(t, Double.longBitsToDouble(value)));
    return doubles;
  }

  private static NavigableMap<Long, Double> doubles(List<QueryAnswer.Sample> samples) {
    var doubles = new TreeMap<Long, Double>();
    samples.forEach(
        sample -> doubles.put(sample.t(), Double.valueOf(sample.value().replace("Inf", "Infinity"))));
    return doubles;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
