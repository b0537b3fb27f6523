package dev.marmoset.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import dev.marmoset.ingest.WriteGate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.xerial.snappy.Snappy;

/// What a row of the table writes with, and what it says must be held. Confined to one thread.
///
/// All metric names of a row begin with [#id], so that rows share a store without seeing each other.
final class CaseRun {
  static final long N = ConformanceStore.NOW;
  static final long MINUTE = 60_000;
  static final long HOUR = 60 * MINUTE;
  static final String V1 = "application/x-protobuf";
  static final String V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
  private static final String WRITTEN = "X-Prometheus-Remote-Write-";

  private final ConformanceStore store;
  private final HttpClient http;
  private final String id;
  private final Map<Map<String, String>, SortedMap<Long, String>> held = new HashMap<>();

  /// @param http shared by all rows, HTTP/1.1
  CaseRun(ConformanceStore store, HttpClient http, String id) {
    this.store = store;
    this.http = http;
    this.id = id;
  }

  /// What every metric name of the row begins with.
  String id() {
    return id;
  }

  /// A metric name of the row.
  String metric(String rest) {
    return id + rest;
  }

  /// A request that begins with the series of the row's own metric.
  Body up() {
    return new Body().metric(id);
  }

  /// What must be held of all that begins with [#id]; everything else is an error.
  Map<Map<String, String>, SortedMap<Long, String>> held() {
    return held;
  }

  /// From now on the row's own metric holds these: times and values in turn, as [#holds(Map, Object...)] takes them.
  void holds(Object... timesAndValues) {
    holds(Map.of("__name__", id), timesAndValues);
  }

  /// From now on a series holds these samples and no others, in addition to what was said of other series.
  ///
  /// @param timesAndValues times in ms; values as doubles, as raw bits (a `Long`), or as the text of a histogram
  void holds(Map<String, String> labels, Object... timesAndValues) {
    var samples = new TreeMap<Long, String>();
    for (int i = 0; i < timesAndValues.length; i += 2) {
      samples.put((Long) timesAndValues[i], switch (timesAndValues[i + 1]) {
        case Long bits -> Content.bits(bits);
        case Number value -> Content.of(value.doubleValue());
        case String histogram -> histogram;
        default -> throw new IllegalArgumentException("value " + timesAndValues[i + 1]);
      });
    }
    held.put(Map.copyOf(labels), samples);
  }

  /// A snappy request of 1.0 as Prometheus sends it.
  Answer v1(Body body) {
    return v1(body.v1());
  }

  Answer v1(MessageLite message) {
    return post(snappy(message.toByteArray()), "Content-Type", V1, "Content-Encoding", "snappy",
        "X-Prometheus-Remote-Write-Version", "0.1.0");
  }

  /// A snappy request of 2.0 as Prometheus sends it.
  Answer v2(Body body) {
    return v2(body.v2());
  }

  Answer v2(MessageLite message) {
    return post(snappy(message.toByteArray()), "Content-Type", V2, "Content-Encoding", "snappy",
        "X-Prometheus-Remote-Write-Version", "2.0.0");
  }

  /// Any body with any headers on the usual path.
  Answer post(byte[] body, String... headers) {
    return send("/api/v1/write", "POST", BodyPublishers.ofByteArray(body), headers);
  }

  /// The same without a length known beforehand.
  Answer postChunked(byte[] body, String... headers) {
    return send("/api/v1/write", "POST", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)),
        headers);
  }

  /// Any request.
  Answer send(String path, String method, BodyPublisher body, String... headers) {
    var request = HttpRequest.newBuilder(store.uri(path)).method(method, body);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /// A request to the usual path that is sent only when the store asks for its body.
  Answer postExpectingContinue(byte[] body) {
    return send(HttpRequest.newBuilder(store.uri("/api/v1/write")).expectContinue(true)
        .POST(BodyPublishers.ofByteArray(body)));
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      return new Answer(http.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Writes while the store says that it is in another state.
  Answer during(WriteGate.State state, Body body) {
    return store.during(state, () -> v1(body));
  }

  /// Has what memory holds of the window of `t`, ms, become a block now. No other row may have had it cut.
  void cutWindowOf(long t) {
    store.cutWindowOf(t);
  }

  /// A counter of the store.
  double counter(String name, String... tags) {
    return store.counter(name, tags);
  }

  /// Names of the senders whose samples were counted.
  Set<String> senders() {
    return store.tagValues("marmoset.ingest.samples", "sender");
  }

  static byte[] snappy(byte[] raw) {
    try {
      return Snappy.compress(raw);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An answer of the write path, and what a row says of it.
  record Answer(HttpResponse<String> response) {
    /// The status, without a word about the rest.
    Answer is(int status) {
      assertThat(response.statusCode()).as("status; the text is %s", response.body()).isEqualTo(status);
      return this;
    }

    /// The status and the Written headers as `samples/histograms/exemplars`; empty for none.
    Answer is(int status, String written) {
      assertThat(written()).as("written, status %s %s", response.statusCode(), response.body())
          .isEqualTo(written);
      return is(status);
    }

    /// Words of the text.
    Answer says(String... words) {
      assertThat(response.body()).contains(words);
      return this;
    }

    /// Words that the text must not have.
    Answer doesNotSay(String... words) {
      assertThat(response.body()).doesNotContain(words);
      return this;
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    private String written() {
      String samples = header(WRITTEN + "Samples-Written");
      return samples.isEmpty() ? ""
          : samples + '/' + header(WRITTEN + "Histograms-Written") + '/'
              + header(WRITTEN + "Exemplars-Written");
    }
  }
}
