package dev.marmoset.peers;

import dev.marmoset.peers.QueryAnswer.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The Prometheus query API as Prometheus and thanos-query serve it.
///
/// Any answer but a plain success is an error: a warning means that a part of the data is missing.
public final class QueryApi implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final URI base;
  private final HttpClient http = HttpClient.newHttpClient();

  QueryApi(String address) {
    this.base = URI.create("http://" + address + "/api/v1/");
  }

  /// The expression at one time.
  ///
  /// @param t ms since the epoch
  public QueryAnswer instant(String expression, long t) {
    return answer(get("query", Map.of("query", expression, "time", seconds(t))));
  }

  /// The expression at `start`, `start + step`, … up to `end`.
  ///
  /// @param start ms since the epoch, inclusive
  /// @param end   ms since the epoch, inclusive
  public QueryAnswer range(String expression, long start, long end, Duration step) {
    return answer(get("query_range", Map.of("query", expression, "start", seconds(start), "end", seconds(end),
        "step", seconds(step.toMillis()))));
  }

  /// The `data` member of a GET.
  ///
  /// @throws IllegalStateException on an error or a warning
  Json get(String path, Map<String, String> parameters) {
    // Partial answers and downsampling are Thanos' own; Prometheus ignores the parameters.
    var all = new TreeMap<>(parameters);
    all.put("partial_response", "false");
    all.put("max_source_resolution", "0s");
    String query = all.entrySet().stream()
        .map(parameter -> parameter.getKey() + "="
            + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    URI url = base.resolve(path + "?" + query);
    String body = body(url);
    Json answer = Json.parse(body);
    boolean whole = answer.at("status").text().equals("success") && answer.find("warnings").isEmpty();
    if (!whole) {
      throw new IllegalStateException("asking " + url + ": answered " + body);
    }
    return answer.at("data");
  }

  private String body(URI url) {
    try {
      return http.send(HttpRequest.newBuilder(url).timeout(TIMEOUT).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException("asking " + url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking " + url, e);
    }
  }

  private static QueryAnswer answer(Json data) {
    var series = new HashMap<Map<String, String>, List<Sample>>();
    for (Json entry : data.at("result").items()) {
      List<Sample> samples = entry.find("values")
          .map(values -> values.items().stream().map(QueryApi::sample).toList())
          .orElseGet(() -> List.of(sample(entry.at("value"))));
      Map<String, String> labels = entry.at("metric").texts();
      if (series.put(labels, samples) != null) {
        throw new IllegalStateException("reading a query answer: series " + labels + " is in it twice");
      }
    }
    return new QueryAnswer(data.at("resultType").text(), series);
  }

  private static Sample sample(Json pair) {
    List<Json> items = pair.items();
    return new Sample(Math.round(items.get(0).number() * 1000), items.get(1).text());
  }

  private static String seconds(long ms) {
    return BigDecimal.valueOf(ms, 3).toPlainString();
  }

  @Override
  public void close() {
    http.close();
  }
}
