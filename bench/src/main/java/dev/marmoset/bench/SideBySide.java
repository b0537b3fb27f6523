package dev.marmoset.bench;

import dev.marmoset.bench.RequestEncoder.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Marmoset and its peers under the same bodies: one server at a time, in turn, round after round.
///
/// `bench/side-by-side` starts it and explains the options. A line per server and round: CPU-seconds per million samples
/// behind the warm-up until the server is quiet again, memory, bytes written, latency of the answers, and how many of the
/// samples that were sent can be read back, because a 2xx alone proves nothing.
public final class SideBySide {
  private static final int WARM_UP = 10;
  /// More samples than this are counted by one metric's series only.
  private static final long MOST_COUNTED = 30_000_000;
  private static final int SERIES_PER_METRIC = 8;
  /// The past is sent at once: a window of it would be over, cut into a block, and what still comes for it late.
  private static final String MARMOSET = "-XX:+UseSerialGC -Xmx256m -- --tsdb.cut-delay=4h";

  private final Map<String, String> options = new HashMap<>();
  private final Path directory;
  private final int series;
  private final int scrapes;
  private final int version;
  private final Order order;
  private final int connections;
  private final long rate;
  private long begin;

  private SideBySide(String[] arguments) {
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      options.put(parts[0], parts[1]);
    }
    directory = Path.of(options.getOrDefault("directory", "/tmp/side-by-side"));
    series = number("series", 100_000);
    scrapes = number("scrapes", 40);
    version = number("version", 1);
    order = Order.valueOf(options.getOrDefault("order", "IN_ORDER"));
    connections = number("connections", 8);
    rate = number("rate", 0);
  }

  private int number(String name, int otherwise) {
    return Integer.parseInt(options.getOrDefault(name, Integer.toString(otherwise)));
  }

  /// See the type.
  public static void main(String[] arguments) throws Exception {
    new SideBySide(arguments).run();
  }

  private void run() throws Exception {
    Files.createDirectories(directory);
    var peers =
        Arrays.stream(options.getOrDefault("peers", "marmoset,prometheus,receive,victoria").split(","))
            .map(name -> Peer.valueOf(name.toUpperCase(Locale.ROOT))).toList();
    begin = System.currentTimeMillis()
        - (order == Order.LATE ? RequestEncoder.LATE_SPAN_MS : (scrapes + 2) * SeriesFixtures.SCRAPE_MS);
    Path bodies = directory.resolve("bodies");
    RequestFile.write(bodies, new RequestEncoder(new SeriesFixtures(series), version, order, begin), series,
        0, scrapes);
    try (RequestFile file = RequestFile.open(bodies)) {
      System.out.printf(
          "# %d series, %d scrapes, remote write %d, %s, %d connections, %s, %.1f B/sample on the wire, load %s%n",
          series, scrapes, version, order, connections, rate == 0 ? "flat out" : rate + " samples/s",
          (double) file.bytes() / series / scrapes, load());
      for (int round = 0; round < number("rounds", 3); round++) {
        for (Peer peer : peers) {
          measure(peer, round, file);
        }
      }
    }
    Files.delete(bodies);
  }

  private void measure(Peer peer, int round, RequestFile file) throws Exception {
    Path own = Files.createDirectory(directory.resolve(peer + "-" + round));
    var extra = List.of(options.getOrDefault("marmoset", MARMOSET).split(" "));
    var command =
        peer.command(own, Path.of(options.getOrDefault("jar", "server/target/marmoset.jar")), extra);
    String prefix = options.getOrDefault("prefix", "");
    try (var server =
        new RunningServer(peer, own, prefix.isEmpty() ? List.of() : List.of(prefix.split(" ")), command)) {
      Thread.sleep(2000);
      report(peer, server, file);
    } finally {
      deleteAll(own);
    }
  }

  private void report(Peer peer, RunningServer server, RequestFile file) throws Exception {
    ProcessUsage idle = server.usage();
    var load = new LoadGenerator(file, RequestEncoder.requestsPerScrape(series), connections);
    int warmUp = number("warmup", scrapes >= WARM_UP + 5 ? WARM_UP : Math.min(2, scrapes - 1));
    load.send(Peer.WRITE_PORT, peer.path(), version, 0, warmUp, rate);
    ProcessUsage warm = server.usage();
    long samples = (long) series * (scrapes - warmUp);
    int steps = number("steps", 1);
    LoadGenerator.Result result = null;
    for (int step = 0; step < steps; step++) {
      int from = warmUp + (scrapes - warmUp) * step / steps;
      int to = warmUp + (scrapes - warmUp) * (step + 1) / steps;
      ProcessUsage before = server.usage();
      result = load.send(Peer.WRITE_PORT, peer.path(), version, from, to, rate);
      ProcessUsage after = server.usage();
      if (steps > 1) {
        System.out.printf("#   scrapes %d..%d: CPU-s/M %.3f RSS %d MiB (anonymous %d) retried %d%n", from, to,
            (after.cpuSeconds() - before.cpuSeconds()) * 1e6 / ((long) series * (to - from)),
            after.rssKib() >> 10,
            after.anonKib() >> 10, load.retried());
      }
    }
    ProcessUsage acked = server.usage();
    ProcessUsage end = server.settled();
    System.out.printf(
        "%-10s CPU-s/M %.3f (to the last answer %.3f, warm-up %.3f) RSS MiB idle %d end %d anon %d peak %d"
            + " written B/sample %.2f ack ms p50 %.2f p99 %.1f max %.0f, %.0f k samples/s; refused %d retried %d; read back %s;"
            + " load %s%n",
        peer, (end.cpuSeconds() - warm.cpuSeconds()) * 1e6 / samples,
        (acked.cpuSeconds() - warm.cpuSeconds()) * 1e6 / samples,
        (warm.cpuSeconds() - idle.cpuSeconds()) * 1e6 / ((long) series * warmUp), idle.rssKib() >> 10,
        end.rssKib() >> 10,
        end.anonKib() >> 10, end.peakKib() >> 10,
        (double) (end.writtenBytes() - idle.writtenBytes()) / ((long) series * scrapes), result.millis(0.5),
        result.millis(0.99), result.millis(1), samples / steps / result.seconds() / 1000, load.refused(),
        load.retried(),
        readBack(server), load());
    if (!load.refusal().isEmpty()) {
      System.out.println("#   said: " + load.refusal().lines().findFirst().orElse(""));
    }
  }

  private String readBack(RunningServer server) throws Exception {
    if (number("count", 1) == 0) {
      return "not asked";
    }
    boolean all = (long) series * scrapes <= MOST_COUNTED;
    int metrics = all ? SeriesFixtures.SERIES_PER_HOST : SERIES_PER_METRIC;
    long sent = 0;
    for (int i = 0; i < series; i++) {
      sent += i % SeriesFixtures.SERIES_PER_HOST < metrics ? scrapes : 0;
    }
    // One metric at a time: without its name a series could not be told from another.
    var names = new ArrayList<String>();
    for (int i = 0; i < Math.min(metrics, series); i += SERIES_PER_METRIC) {
      names.add(SeriesFixtures.labels(i)[1]);
    }
    long found = server.count(names, 86_400, System.currentTimeMillis() / 1000);
    return "%d of %d (%.3f %%)".formatted(found, sent, 100.0 * found / sent);
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
  }

  /// Deletes a directory and all that is in it.
  static void deleteAll(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
