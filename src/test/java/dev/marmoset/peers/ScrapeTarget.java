package dev.marmoset.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Something to scrape. Every value depends only on the seed and on how often it was scraped.
///
/// It has what expressions are about: counters that restart, gauges with fractions and NaN, a classic histogram,
/// label values whose UTF-8 order is not their UTF-16 order, and a time in which it answers nothing (a sender then
/// writes staleness markers).
public final class ScrapeTarget implements AutoCloseable {
  private static final int COUNTER_RESTARTS_EVERY = 25;
  /// Counters restart here and not at zero. Prometheus extrapolates a rate to the left no further than to where the
  /// counter would be zero; Thanos adds up over restarts before it computes the rate, so for it that is farther away
  /// (pkg/query/iter.go, ApplyCounterResetsIterator). Near zero the two differ, whatever the store answers.
  private static final int COUNTER_START = 1000;
  private static final double[] BOUNDS = {0.05, 0.1, 0.5, 2.5};

  private final int seed;
  private final int silentFrom;
  private final int silentTo;
  private final AtomicInteger scrapes = new AtomicInteger();
  private final HttpServer server;

  private ScrapeTarget(int seed, int silentFrom, int silentTo, HttpServer server) {
    this.seed = seed;
    this.silentFrom = silentFrom;
    this.silentTo = silentTo;
    this.server = server;
  }

  /// Listens on a port of its own.
  ///
  /// @param silentFrom first scrape, counted from 1, that gets a 503
  /// @param silentTo   first scrape after that which gets metrics again
  public static ScrapeTarget start(int seed, int silentFrom, int silentTo) {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      var target = new ScrapeTarget(seed, silentFrom, silentTo, server);
      server.createContext("/metrics", target::answer);
      server.start();
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("listening for scrapes on 127.0.0.1", e);
    }
  }

  /// Host and port.
  public String address() {
    return server.getAddress().getAddress().getHostAddress() + ":" + server.getAddress().getPort();
  }

  /// Waits until it was scraped `count` times, silent ones included.
  public void awaitScrapes(int count, Duration deadline) {
    int _ = Polling.until(address() + " to be scraped " + count + " times", deadline,
        () -> Optional.of(scrapes.get()).filter(seen -> seen >= count),
        () -> "It was scraped " + scrapes.get() + " times.");
  }

  private void answer(HttpExchange exchange) throws IOException {
    int scrape = scrapes.incrementAndGet();
    boolean silent = scrape >= silentFrom && scrape < silentTo;
    byte[] body = silent ? new byte[0] : metrics(scrape).getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(silent ? 503 : 200, silent ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /// The exposition of the given scrape, counted from 1.
  private String metrics(int scrape) {
    var text = new StringBuilder(2048);
    int sinceRestart = scrape % COUNTER_RESTARTS_EVERY;
    int errors = COUNTER_START + sinceRestart / 3;
    text.append("# TYPE demo_requests_total counter\n");
    line(text, "demo_requests_total{path=\"/cart\",code=\"200\"}", COUNTER_START + 7.0 * sinceRestart + seed);
    line(text, "demo_requests_total{path=\"/cart\",code=\"500\"}", errors);
    line(text, "demo_requests_total{path=\"/pay\",code=\"200\"}",
        COUNTER_START + 3.0 * sinceRestart + 2.0 * seed);
    text.append("# TYPE demo_temperature_celsius gauge\n");
    // U+FF5A sorts after U+1F412 as UTF-16 and before it as UTF-8.
    line(text, "demo_temperature_celsius{place=\"\uFF5A\"}", 20 + seed + scrape % 17 / 8.0);
    line(text, "demo_temperature_celsius{place=\"\uD83D\uDC12\"}", -5 - scrape / 3.0);
    text.append("# TYPE demo_share gauge\n");
    line(text, "demo_share", scrape % 7 == 0 ? Double.NaN : scrape / 7.0);
    text.append("# TYPE demo_build_info gauge\n");
    line(text, "demo_build_info{version=\"2." + seed + ".1\"}", 1);
    histogram(text, scrape);
    return text.toString();
  }

  private void histogram(StringBuilder text, int scrape) {
    text.append("# TYPE demo_request_seconds histogram\n");
    int count = 0;
    for (int i = 0; i < BOUNDS.length; i++) {
      count += scrape * (seed + i) + scrape / (i + 2);
      line(text, "demo_request_seconds_bucket{le=\"" + BOUNDS[i] + "\"}", count);
    }
    count += scrape;
    line(text, "demo_request_seconds_bucket{le=\"+Inf\"}", count);
    line(text, "demo_request_seconds_count", count);
    line(text, "demo_request_seconds_sum", count * 0.3);
  }

  private static void line(StringBuilder text, String series, double value) {
    text.append(String.format(Locale.ROOT, "%s %s\n", series, value));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
