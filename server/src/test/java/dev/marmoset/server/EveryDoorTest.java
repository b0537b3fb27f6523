package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.e2e.RawCaller;
import dev.marmoset.server.auth.Scope;
import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.storage.labels.Labels;
import io.grpc.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every route and every rpc that a running server has, asked of the server itself: what is new is refused to everybody
/// until its scope is written down here.
class EveryDoorTest {
  /// What each route asks for; all others ask for `read` or `admin`.
  private static final Map<String, Set<Scope>> ROUTES = Map.ofEntries(
      Map.entry("GET /-/healthy", Set.of()), Map.entry("GET /-/ready", Set.of()),
      Map.entry("GET /-/writable", Set.of()),
      Map.entry("POST /-/quit", Set.of(Scope.ADMIN)), Map.entry("PUT /-/quit", Set.of(Scope.ADMIN)),
      write("/api/v1/write"), write("/api/v1/receive"), write("/api/v1/push"), write("/api/prom/push"),
      write("/api/v1/remote_write"), write("/workspaces/{any}/api/v1/remote_write"));
  private static final Set<Scope> INSPECT = Set.of(Scope.READ, Scope.ADMIN);
  /// What each service asks for; all others ask for `read`.
  private static final Map<String, Set<Scope>> SERVICES =
      Map.of("grpc.health.v1.Health", Set.of(), "thanos.WriteableStore", Set.of(Scope.WRITE));
  private static final List<String> UNPROVED =
      List.of("", "Bearer wrong", "Basic eDp5", "Digest x", "Bearer ", "bearer", "AWS4-HMAC-SHA256 x");

  private static final byte[] NOTHING = {};

  @TempDir
  Path directory;
  private TestServer server;
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static Map.Entry<String, Set<Scope>> write(String path) {
    return Map.entry("POST " + path, Set.of(Scope.WRITE));
  }

  @BeforeEach
  void start() throws Exception {
    server =
        TestServer.start(directory, "self-monitoring=false", "web.enable-lifecycle=true", "auth.config=" + """
        credentials:
          - {name: w, scopes: [write], bearer: token-write}
          - {name: r, scopes: [read], bearer: token-read}
          - {name: a, scopes: [admin], bearer: token-admin}
        """);
  }

  @AfterEach
  void stop() {
    server.stop();
    http.close();
  }

  private List<String> routes() {
    return server.assembly().listDoors().stream().filter(door -> door.contains(" ")).toList();
  }

  private List<String> rpcs() {
    return server.assembly().listDoors().stream().filter(door -> !door.contains(" ")).toList();
  }

  @Test
  void everyRouteRefusesWhoLacksItsScopeAndStoresNothing() throws Exception {
    assertThat(routes()).hasSizeGreaterThan(15);
    var seen = new ArrayList<String>();
    for (String route : routes()) {
      String[] parts = route.split(" ");
      String key = parts[0] + " " + parts[1];
      seen.add(key);
      Set<Scope> needed = ROUTES.getOrDefault(key, INSPECT);
      String path = parts[1].replaceAll("\\{[^}]*}", "x");
      for (String unproved : UNPROVED) {
        int status = ask(parts[0], path, unproved).statusCode();
        assertThat(status).as(route + " shown '" + unproved + "'").isEqualTo(needed.isEmpty() ? 200 : 401);
      }
      for (Scope scope : Scope.values()) {
        if (!needed.isEmpty() && !needed.contains(scope)) {
          assertThat(ask(parts[0], path, token(scope)).statusCode()).as(route + " with the scope " + scope)
              .isEqualTo(403);
        }
      }
    }
    assertThat(seen).as("routes of this list that do not exist any more").containsAll(ROUTES.keySet());
    assertThat(ask("GET", "/api/v1/status/tsdb", token(Scope.READ)).body()).contains("\"numSeries\":0");
  }

  @Test
  void everyRouteOpensToItsScope() throws Exception {
    for (String route : routes()) {
      String[] parts = route.split(" ");
      for (Scope scope : ROUTES.getOrDefault(parts[0] + " " + parts[1], INSPECT)) {
        if (parts[1].equals("/-/quit")) {
          continue; // DoorsTest does; here it would end the others
        }
        assertThat(ask(parts[0], parts[1].replaceAll("\\{[^}]*}", "x"), token(scope)).statusCode())
            .as(route + " with the scope " + scope).isIn(200, 204);
      }
    }
  }

  @Test
  void noSpellingOfAPathGoesRoundTheDoor() throws Exception {
    for (String path : List.of("/metrics", "/metrics/", "//metrics", "/./metrics", "/-/healthy/../../metrics",
        "/-/healthy/%2e%2e/%2e%2e/metrics", "/%6detrics", "/metrics;x=1", "/-/healthy;/../metrics",
        "/metrics%00",
        "/metrics%2f", "/METRICS", "/metrics?x=/-/healthy", "/-/healthy%2f..%2f..%2fmetrics", "/..%2fmetrics",
        "/api/v1/status/../../../metrics", "/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd", "/-/healthy/../../../../etc/passwd", "/%c0%ae%c0%ae/etc/passwd",
        "/workspaces/../api/v1/write", "/workspaces/%2e%2e/metrics")) {
      var client = new RawExchange(server.httpAddress().host(), server.httpAddress().port());
      String answer = client.get(path);
      assertThat(answer).as(path).matches("(?s)HTTP/1\\.1 (400|401|403|404|405) .*")
          .doesNotContain("# TYPE", "root:");
    }
  }

  @Test
  void everyRpcRefusesWhoLacksItsScope() {
    try (var caller = new RawCaller(server.grpcAddress().toString())) {
      assertThat(rpcs()).hasSizeGreaterThan(8);
      for (String rpc : rpcs()) {
        Set<Scope> needed = SERVICES.getOrDefault(rpc.substring(0, rpc.indexOf('/')), Set.of(Scope.READ));
        if (needed.isEmpty()) {
          continue;
        }
        for (String unproved : UNPROVED) {
          assertThat(call(caller, rpc, unproved)).as(rpc + " shown '" + unproved + "'")
              .isEqualTo(Status.Code.UNAUTHENTICATED);
        }
        for (Scope scope : Scope.values()) {
          var code = call(caller, rpc, token(scope));
          if (needed.contains(scope)) {
            assertThat(code).as(rpc + " with the scope " + scope).isNotIn(Status.Code.UNAUTHENTICATED,
                Status.Code.PERMISSION_DENIED);
          } else {
            assertThat(code).as(rpc + " with the scope " + scope).isEqualTo(Status.Code.PERMISSION_DENIED);
          }
        }
      }
    }
  }

  private static String token(Scope scope) {
    return "Bearer token-" + scope.word();
  }

  private HttpResponse<String> ask(String method, String path, String authorization) throws Exception {
    var body = new WriteRequestBytes();
    body.add(Labels.of(Labels.METRIC_NAME, "locked"), Instant.now().toEpochMilli(), 0);
    var request = HttpRequest.newBuilder(URI.create("http://" + server.httpAddress() + path))
        .timeout(Duration.ofMinutes(2)).method(method,
            method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body.toByteArray()));
    if (!method.equals("GET")) {
      request.header("Content-Type", "application/x-protobuf");
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static Status.Code call(RawCaller caller, String rpc, String authorization) {
    return authorization.isEmpty() ? caller.call(rpc, NOTHING, "identity")
        : caller.call(rpc, NOTHING, "identity", "authorization", authorization);
  }
}
