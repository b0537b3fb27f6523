package dev.marmoset.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.storage.labels.Labels;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// A whole server with credentials of every kind, what they open, and that nothing shows them. Every route and every
/// rpc: [EveryDoorTest].
class DoorsTest {
  private static final List<String> INSPECT_PATHS = List.of("/", "/metrics", "/api/v1/status/buildinfo",
      "/api/v1/status/flags", "/api/v1/status/config", "/api/v1/status/tsdb");
  private static final String WRITER = "Bearer w-token";
  private static final String READER = "Bearer r-token";
  private static final String ADMIN =
      "Basic " + Base64.getEncoder().encodeToString("root:a-password".getBytes(UTF_8));

  @TempDir
  Path directory;
  private TestServer server;
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeEach
  void start() throws Exception {
    server =
        TestServer.start(directory, "self-monitoring=false", "web.enable-lifecycle=true", "auth.config=" + """
        credentials:
          - {name: writer, scopes: [write], bearer: w-token}
          - {name: reader, scopes: [read], bearer: r-token}
          - {name: root, scopes: [admin], basic_hash: "%s"}
          - {name: lambda, scopes: [write], sigv4: {access_key: AKID, secret_key: sig-secret, region: eu-west-1}}
        """.formatted(BCrypt.withDefaults().hashToString(4, "a-password".toCharArray())));
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void theRightCredentialOpensItsDoorsAndNoOthers() throws Exception {
    String wrongPassword = "Basic " + Base64.getEncoder().encodeToString("root:w-token".getBytes(UTF_8));
    assertUnauthorized(get("/metrics", wrongPassword), "a token as password");
    assertUnauthorized(post("/api/v1/write", ""), "nothing");
    assertThat(post("/api/v1/write", ADMIN).statusCode()).isEqualTo(403);
    assertThat(post("/-/quit", WRITER).body()).contains("lack the scope admin");
    assertThat(seriesStored()).isZero();
    assertThat(get("/nowhere", "").statusCode()).isEqualTo(404);
    assertThat(get("/api/v1/write", "").statusCode()).isEqualTo(405);

    assertThat(post("/api/v1/write/", WRITER).statusCode()).isEqualTo(204);
    assertThat(seriesStored()).isEqualTo(1);
    assertThat(get("/metrics", ADMIN).body())
        .contains("marmoset_ingest_samples_total{protocol=\"1.0\",sender=\"writer\"}",
            "marmoset_auth_refused_total{door=\"http\",reason=\"none\"}");
    assertThat(post("/-/quit", ADMIN).statusCode()).isEqualTo(200);
  }

  @Test
  void signedWritesAreTakenWhenBodyAndHeadAreThoseSigned() throws Exception {
    byte[] body = body();
    assertThat(send(signed("/api/v1/write", "sig-secret", body, true), body).statusCode()).isEqualTo(204);
    assertThat(send(signed("/api/v1/write", "sig-secret", body, false), body).statusCode()).isEqualTo(204);
    assertThat(get("/metrics", READER).body()).contains("sender=\"lambda\"");
    long stored = seriesStored();

    byte[] other = body("other");
    var refusals = List.of(send(signed("/api/v1/write", "sig-secret", body, true), other),
        send(signed("/api/v1/write", "wrong", body, true), body),
        send(signed("/api/v1/push", "sig-secret", body, true).uri(uri("/api/v1/write")), body),
        send(
            signed("/api/v1/write", "sig-secret", body, true).setHeader("content-type",
                "application/octet-stream"),
            body));
    for (var refusal : refusals) {
      assertThat(refusal.statusCode()).isEqualTo(401);
      assertThat(refusal.body()).contains("does not match").doesNotContain("sig-secret");
      assertThat(refusal.headers().firstValue("www-authenticate").orElse("")).contains("AWS4-HMAC-SHA256");
    }
    assertThat(seriesStored()).isEqualTo(stored);
  }

  @Test
  void pagesAndErrorsShowNoSecret() throws Exception {
    for (String path : INSPECT_PATHS) {
      assertThat(get(path, READER).body()).doesNotContain("w-token", "sig-secret", "$2a$", "r-token");
    }
    assertThat(get("/api/v1/status/flags", READER).body()).contains("\"auth.config\":\"<secret>\"");
    assertThat(get("/api/v1/status/config", READER).body()).contains("<secret>");
  }

  private static void assertUnauthorized(HttpResponse<String> response, String what) {
    assertThat(response.statusCode()).as(what).isEqualTo(401);
    assertThat(response.headers().firstValue("www-authenticate").orElse("")).as(what)
        .contains("Basic realm=\"marmoset\"", "Bearer realm=");
  }

  private long seriesStored() throws Exception {
    String text = get("/api/v1/status/tsdb", READER).body();
    return Long.parseLong(text.replaceAll("(?s).*\"numSeries\":(\\d+).*", "$1"));
  }

  private URI uri(String path) {
    return URI.create("http://" + server.httpAddress() + path);
  }

  private HttpResponse<String> get(String path, String authorization) throws Exception {
    return http.send(with(HttpRequest.newBuilder(uri(path)), authorization).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String authorization) throws Exception {
    var request = HttpRequest.newBuilder(uri(path)).header("Content-Type", "application/x-protobuf");
    return send(with(request, authorization), body());
  }

  private HttpResponse<String> send(HttpRequest.Builder request, byte[] body) throws Exception {
    return http.send(request.POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder with(HttpRequest.Builder request, String authorization) {
    return authorization.isEmpty() ? request : request.header("Authorization", authorization);
  }

  private static byte[] body() {
    return body("locked");
  }

  private static byte[] body(String metric) {
    var request = new WriteRequestBytes();
    request.add(Labels.of(Labels.METRIC_NAME, metric), Instant.now().toEpochMilli(), 0);
    return request.toByteArray();
  }

  private HttpRequest.Builder signed(String path, String secret, byte[] body, boolean signedBody) {
    var request = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(uri(path))
        .putHeader("content-type", "application/x-protobuf").build();
    var signed = AwsV4HttpSigner.create().sign(r -> r.identity(AwsCredentialsIdentity.create("AKID", secret))
        .request(request).payload(ContentStreamProvider.fromByteArray(body))
        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "aps")
        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, signedBody)).request();
    var builder = HttpRequest.newBuilder(uri(path));
    for (Map.Entry<String, List<String>> header : signed.headers().entrySet()) {
      if (!header.getKey().equalsIgnoreCase("host") && !header.getKey().equalsIgnoreCase("content-length")) {
        builder.header(header.getKey(), header.getValue().getFirst());
      }
    }
    return builder;
  }
}
