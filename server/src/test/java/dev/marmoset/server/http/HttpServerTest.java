package dev.marmoset.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.WriteResponse;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.server.auth.AuthConfig;
import dev.marmoset.server.auth.Gatekeeper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The way from the socket to ingest and back, with a fake in the place of ingest.
class HttpServerTest {
  private static final int CAP = 1000;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final WriteTraffic traffic = new WriteTraffic(System::nanoTime);
  private final List<WriteRequestHead> heads = Collections.synchronizedList(new ArrayList<>());
  private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch reading = new CountDownLatch(1);
  private final HttpServer server =
      new HttpServer(new HttpServer.Listen("127.0.0.1", 0, 1000, Duration.ofMinutes(1)), router(), open(),
          meters);
  private InetSocketAddress address = new InetSocketAddress(0);

  @BeforeEach
  void start() throws IOException {
    address = server.start();
  }

  @AfterEach
  void stop() throws IOException {
    server.stop();
  }

  private static HttpServer.Security open() {
    return new HttpServer.Security(
        new Gatekeeper(AuthConfig.OPEN, InstantSource.system(), new SecureRandom()),
        Optional.empty());
  }

  private Router router() {
    var router = new Router().route("GET", "/ok", "ok", _ -> HttpResponse.text(200, "OK"))
        .route("GET", "/broken", "broken", _ -> {
          throw new IllegalStateException("a defect");
        });
    new WriteEndpoint(this::ingest, traffic, "THANOS-TENANT", System::nanoTime).addTo(router);
    return router;
  }

  /// Judges like ingest: content type first, then the size, then takes everything.
  private WriteResponse ingest(WriteRequestHead head, InputStream body) throws IOException {
    heads.add(head);
    if (head.contentType().startsWith("text/")) {
      return new WriteResponse(415, Map.of("Content-Type", "text/plain"), "no");
    }
    reading.countDown();
    byte[] bytes = body.readNBytes(CAP + 1);
    if (bytes.length > CAP) {
      return new WriteResponse(413, Map.of("Content-Type", "text/plain"), "too large");
    }
    bodies.add(new String(bytes, ISO_8859_1));
    return new WriteResponse(204, Map.of(), "");
  }

  @Test
  void aConnectionIsKeptAlive() throws IOException {
    try (var client = client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.send("POST /api/v1/write HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc").answer())
            .startsWith("HTTP/1.1 204 No Content").doesNotContain("Connection: close", "Server:");
      }
    }
    assertThat(bodies).containsExactly("abc", "abc", "abc");
  }

  @Test
  void headersReachIngestWhateverTheirCase() throws IOException {
    try (var client = client()) {
      client.send(
          "POST /api/v1/push/ HTTP/1.1\nhost: a\ncontent-type: application/x-protobuf\ncontent-encoding: snappy\n"
              + "user-agent: x/1\nx-prometheus-remote-write-version: 0.1.0\nx-scope-orgid: team\ncontent-length: 0\n\n")
          .answer();
    }
    assertThat(heads).containsExactly(
        new WriteRequestHead("POST", "application/x-protobuf", "snappy", "x/1", "0.1.0", 0,
            new Origin("", "team", "127.0.0.0/24")));
  }

  @Test
  void aBodyMayBeChunked() throws IOException {
    try (var client = client()) {
      assertThat(client
          .send("POST /api/v1/write HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n2\nab\n1\nc\n0\n\n")
          .answer()).startsWith("HTTP/1.1 204");
    }
    assertThat(bodies).containsExactly("abc");
    assertThat(heads.getFirst().contentLength()).isEqualTo(-1);
  }

  @Test
  void gzipIsNotInflatedOnTheWay() throws IOException {
    try (var client = client()) {
      client.send(
          "POST /api/v1/write HTTP/1.1\nHost: a\nContent-Encoding: gzip\nContent-Length: 3\n\n\u001f\u008bx")
          .answer();
    }
    assertThat(bodies).containsExactly("\u001f\u008bx");
    assertThat(heads.getFirst().contentEncoding()).isEqualTo("gzip");
  }

  @Test
  void continueIsSentOnlyWhenTheBodyIsWanted() throws IOException {
    try (var client = client()) {
      client.send("POST /api/v1/write HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 3\n\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 100 Continue");
      assertThat(client.send("abc").answer()).startsWith("HTTP/1.1 204");
    }
    try (var client = client()) {
      client.send("POST /api/v1/write HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Type: text/plain\n"
          + "Content-Length: 3\n\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 415");
    }
  }

  @Test
  void aBodyOverTheCapIsAnsweredNotCut() throws IOException {
    try (var client = client()) {
      client.send("POST /api/v1/write HTTP/1.1\nHost: a\nContent-Length: 5000\n\n" + "x".repeat(5000));
      assertThat(client.answer()).startsWith("HTTP/1.1 413").endsWith("too large");
    }
    assertThat(counted("receive", "post", "413")).isEqualTo(1);
  }

  @Test
  void aRefusedBodyThatComesLateLeavesTheConnectionUsable() throws IOException {
    try (var client = client()) {
      client.send("POST /api/v1/write HTTP/1.1\nHost: a\nContent-Type: text/plain\nContent-Length: 3000\n\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 415").doesNotContain("Connection: close");
      assertThat(client.send("x".repeat(3000) + "GET /ok HTTP/1.1\nHost: a\n\n").answer())
          .startsWith("HTTP/1.1 200");
      client.send("POST /nowhere HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 404").doesNotContain("Connection: close");
      assertThat(client.send("2\nab\n0\n\nGET /ok HTTP/1.1\nHost: a\n\n").answer())
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aRefusedBodyThatIsHugeIsNotWaitedFor() throws IOException {
    try (var client = client()) {
      client.send("POST /nowhere HTTP/1.1\nHost: a\nContent-Length: " + (9 << 20) + "\n\n");
      assertThat(client.answer()).startsWith("HTTP/1.1 404").contains("Connection: close");
    }
  }

  @Test
  void aMissingPathIs404AndAWrongMethod405() throws IOException {
    try (var client = client()) {
      assertThat(client.send("GET /nowhere HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 404")
          .contains("Content-Type: text/plain");
      assertThat(client.send("GET /api/v1/write HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 405")
          .contains("Allow: POST");
      assertThat(client.send("BREW /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 405");
    }
    assertThat(counted("other", "get", "404")).isEqualTo(1);
    assertThat(counted("receive", "get", "405")).isEqualTo(1);
    assertThat(counted("ok", "other", "405")).isEqualTo(1);
  }

  @Test
  void aDefectOfAnEndpointIs500AndTheServerGoesOn() throws IOException {
    try (var client = client()) {
      assertThat(client.send("GET /broken HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 500")
          .contains("internal error").doesNotContain("a defect");
      assertThat(client.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void whatIsNoHttpIsRefusedInPlainText() throws IOException {
    try (var client = client()) {
      assertThat(client.send("NONSENSE\n\n").answer()).startsWith("HTTP/1.1 400").doesNotContain("<html");
    }
  }

  @Test
  void aClientThatVanishesInABodyHarmsNobody() throws Exception {
    try (var client = client()) {
      client.send("POST /api/v1/write HTTP/1.1\nHost: a\nContent-Length: 100\n\nabc");
      assertThat(reading.await(2, TimeUnit.MINUTES)).isTrue();
    }
    try (var client = client()) {
      assertThat(client.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
    }
    assertThat(bodies).isEmpty();
  }

  @Test
  void manyIdleConnectionsDoNotStopNewOnes() throws IOException {
    var idle = new ArrayList<RawClient>();
    try {
      for (int i = 0; i < 600; i++) {
        idle.add(client());
      }
      try (var client = client()) {
        assertThat(client.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
      }
    } finally {
      for (RawClient client : idle) {
        client.close();
      }
    }
  }

  @Test
  void whileLeavingWritesAreTakenAndTheConnectionCloses() throws IOException {
    traffic.leave();
    try (var client = client()) {
      assertThat(client.send("POST /api/v1/write HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc").answer())
          .startsWith("HTTP/1.1 204").contains("Connection: close");
      assertThat(client.closedByServer()).isTrue();
    }
  }

  @Test
  void anUploadInFlightWhenTheServerStopsIsAnswered() throws Exception {
    try (var client = client()) {
      client.send("POST /api/v1/write HTTP/1.1\nHost: a\nContent-Length: 6\n\nabc");
      assertThat(reading.await(2, TimeUnit.MINUTES)).isTrue();
      traffic.leave();
      var stopped = CompletableFuture.runAsync(() -> {
        try {
          server.stop();
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      client.send("def");
      assertThat(client.answer()).startsWith("HTTP/1.1 204").contains("Connection: close");
      stopped.get(2, TimeUnit.MINUTES);
    }
    assertThat(bodies).containsExactly("abcdef");
  }

  @Test
  void atTheLimitOfConnectionsANewOneTakesThePlaceOfTheOneSilentLongest() throws Exception {
    var few =
        new HttpServer(new HttpServer.Listen("127.0.0.1", 0, 2, Duration.ofSeconds(20)), router(), open(),
            new SimpleMeterRegistry());
    var at = few.start();
    var first = new RawClient(at);
    try (var second = new RawClient(at)) {
      assertThat(first.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
      // Silence is told in ms: the second speaks until the first has clearly been silent for longer.
      for (long until = System.nanoTime() + 50_000_000; System.nanoTime() < until;) {
        assertThat(second.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
      }
      try (var third = new RawClient(at)) {
        assertThat(third.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
        assertThat(first.closedByServer()).isTrue();
      }
      assertThat(second.send("GET /ok HTTP/1.1\nHost: a\n\n").answer()).startsWith("HTTP/1.1 200");
    } finally {
      few.stop();
    }
  }

  @Test
  void aTakenAddressIsAnError() {
    var second =
        new HttpServer(new HttpServer.Listen("127.0.0.1", address.getPort(), 16, Duration.ofSeconds(1)),
            new Router(),
            open(), new SimpleMeterRegistry());
    assertThatThrownBy(second::start).isInstanceOf(IOException.class)
        .hasStackTraceContaining("Address already in use");
  }

  private RawClient client() throws IOException {
    return new RawClient(address);
  }

  private double counted(String handler, String method, String code) throws IOException {
    // The counter moves when the answer has been written, which the client may see first; a stop waits for both.
    server.stop();
    return meters.get("http.requests").tag("handler", handler).tag("method", method).tag("code", code)
        .counter()
        .count();
  }
}
