package dev.marmoset.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;

/// Something to scrape whose every scrape is numbered: from the number alone follows what each of its series was, so a
/// reader of the store needs no second copy to know whether a sample is missing, doubled, changed or invented.
///
/// For one scraper only. Its address may be read by any thread.
public final class CountingTarget implements AutoCloseable {
  /// The series that carries the number of the scrape.
  public static final String NUMBER = "demo_scrape";

  private final AtomicInteger scrapes = new AtomicInteger();
  private final HttpServer server;

  private CountingTarget(HttpServer server) {
    this.server = server;
  }

  /// Listens on a port of its own.
  public static CountingTarget start() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      var target = new CountingTarget(server);
      server.createContext("/metrics", target::answer);
      server.start();
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException("listening for scrapes on 127.0.0.1", e);
    }
  }

  /// The values of a scrape by metric name. Each metric is one series.
  public static Map<String, IntToDoubleFunction> values() {
    var values = new LinkedHashMap<String, IntToDoubleFunction>();
    values.put(NUMBER, scrape -> scrape);
    values.put("demo_third", scrape -> scrape / 3.0);
    values.put("demo_sometimes_nan", scrape -> scrape % 4 == 0 ? Double.NaN : -scrape);
    values.put("demo_infinite",
        scrape -> scrape % 2 == 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
    values.put("demo_tiny", scrape -> scrape * Double.MIN_VALUE);
    values.put("demo_constant", _ -> 1e300);
    return values;
  }

  /// Host and port.
  public String address() {
    return server.getAddress().getAddress().getHostAddress() + ":" + server.getAddress().getPort();
  }

  /// Number of the last scrape.
  public int scrapes() {
    return scrapes.get();
  }

  private void answer(HttpExchange exchange) throws IOException {
    int scrape = scrapes.incrementAndGet();
    var text = new StringBuilder();
    // U+FF5A sorts after U+1F412 as UTF-16 and before it as UTF-8.
    values().forEach((name, value) -> text.append("# TYPE ").append(name).append(" gauge\n").append(name)
        .append("{place=\"\uFF5A\uD83D\uDC12\"} ").append(exposed(value.applyAsDouble(scrape))).append('\n'));
    byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String exposed(double value) {
    return Double.isInfinite(value) ? value > 0 ? "+Inf" : "-Inf" : Double.toString(value);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
