package dev.marmoset.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.marmoset.server.cli.HealthCommand;
import dev.marmoset.server.cli.Invocation;
import dev.marmoset.server.config.ConfigLoader;
import dev.marmoset.server.config.LoadedConfig;
import dev.marmoset.server.tls.TestCertificates;
import dev.marmoset.server.tls.TestCertificates.Pair;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// TLS on both listeners of a whole server.
class TlsDoorsTest {
  /// Making one takes a JVM of its own, so those that stay as they are are made once.
  @TempDir
  static Path shared;

  @TempDir
  Path directory;

  @BeforeAll
  static void makeCertificates() throws Exception {
    TestCertificates.pair(shared, "a");
    TestCertificates.pair(shared, "b");
  }

  @Test
  void httpSpeaksTlsAndTakesRenewedCertificatesWithoutARestart() throws Exception {
    var first = TestCertificates.pair(directory, "first");
    Files.copy(first.cert(), directory.resolve("cert.pem"));
    Files.copy(first.key(), directory.resolve("key.pem"));
    var web = Files.writeString(directory.resolve("web.yml"), """
        tls_server_config: {cert_file: cert.pem, key_file: key.pem, min_version: TLS13}
        basic_auth_users: {ann: "%s"}
        """.formatted(BCrypt.withDefaults().hashToString(4, "pw".toCharArray())));
    var server = TestServer.start(directory, "self-monitoring=false", "web.config.file=" + web);
    try {
      assertThat(get(server, first, "/-/healthy", "").statusCode()).isEqualTo(200);
      assertThat(get(server, first, "/metrics", "").statusCode()).isEqualTo(401);
      TestServer
          .await(() -> new HealthCommand().run(new Invocation.Health(server.httpAddress(), "ready")).text()
              .equals("ready: OK"));
      var metrics = get(server, first, "/metrics", "ann:pw");
      assertThat(metrics.body()).contains("marmoset_certificate_not_after_seconds{door=\"http\"}");
      assertThat(serverName(server, first)).isEqualTo("CN=first");

      var second = TestCertificates.pair(directory, "second");
      Files.writeString(directory.resolve("cert.pem"), Files.readString(second.cert()));
      server.assembly().reloadDoors();
      assertThat(serverName(server, first)).as("the key does not fit yet").isEqualTo("CN=first");
      Files.writeString(directory.resolve("key.pem"), Files.readString(second.key()));
      server.assembly().reloadDoors();
      assertThat(serverName(server, second)).isEqualTo("CN=second");
      assertThatThrownBy(() -> get(server, first, "/-/healthy", "")).isInstanceOf(IOException.class);
    } finally {
      server.stop();
    }
  }

  @Test
  void grpcAsksClientsForTheirCertificate() throws Exception {
    var own = TestCertificates.pair(directory, "server");
    var client = TestCertificates.pair(directory, "thanos-query");
    var stranger = TestCertificates.pair(directory, "stranger");
    var server = TestServer.start(directory, "self-monitoring=false", "grpc-server-tls-cert=" + own.cert(),
        "grpc-server-tls-key=" + own.key(), "grpc-server-tls-client-ca=" + client.cert());
    try {
      // Answered at all: health follows readiness within a quarter of a second, and who may ask is what counts here.
      assertThat(health(server, own, client)).isIn(ServingStatus.SERVING, ServingStatus.NOT_SERVING);
      assertThatThrownBy(() -> health(server, own, stranger)).isInstanceOf(StatusRuntimeException.class);
      assertThatThrownBy(() -> health(server, stranger, client)).isInstanceOf(StatusRuntimeException.class);
    } finally {
      server.stop();
    }
  }

  @Test
  void httpAsksClientsForTheirCertificate() throws Exception {
    var own = TestCertificates.pair(directory, "server");
    var client = TestCertificates.pair(directory, "agent");
    var web = Files.writeString(directory.resolve("web.yml"), """
        tls_server_config:
          cert_file: server.crt
          key_file: server.key
          client_ca_file: agent.crt
          client_auth_type: RequireAndVerifyClientCert
        """);
    var server = TestServer.start(directory, "self-monitoring=false", "http.config=" + web,
        "auth.config=credentials: [{name: agent, scopes: read, certificate: agent}]");
    try {
      assertThatThrownBy(() -> get(server, own, "/-/healthy", "")).isInstanceOf(IOException.class);
      var http = HttpClient.newBuilder().sslContext(TestCertificates.context(own, client)).build();
      var uri = URI.create("https://" + server.httpAddress() + "/metrics");
      assertThat(http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    } finally {
      server.stop();
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "tls_server_config: {cert_file: a.crt}|cert_file and key_file are needed",
    "tls_server_config: {cert_file: a.crt, key_file: nowhere}|nowhere",
    "tls_server_config: {cert_file: a.crt, key_file: a.key, client_ca_file: a.crt}|go together",
    "tls_server_config: {cert_file: a.crt, key_file: a.key, client_auth_type: RequestClientCert}|client_auth_type",
    "tls_server_config: {cert_file: a.crt, key_file: a.key, min_version: TLS10}|none of TLS12, TLS13",
    "tls_server_config: {cert_file: a.crt, key_file: a.key, client_allowed_sans: [x]}|not supported",
    "tls_server_config: {cert_file: a.crt, key_file: b.key}|is not the key of the certificate",
    "tls_server_config: {cert_file: a.key, key_file: a.key}|certificate",
    "tls_server_config: {cert_file: a.crt, key_file: a.crt}|PKCS #8",
    "tls_server_config: {cert: a}|not supported",
    "tls_config: {}|unknown key tls_config",
    "http_server_config: {http2: false}|not supported",
    "basic_auth_users: {ann: s3cret}|ann is not a bcrypt hash"})
  void whatIsWrongInAWebConfigurationIsSaid(String yaml, String said) throws Exception {
    var web = Files.writeString(shared.resolve("web.yml"), yaml);
    var loaded = new ConfigLoader(Map.of()).load(Map.of("http.config", List.of(web.toString())), List.of());
    assertThat(loaded).isInstanceOfSatisfying(LoadedConfig.Invalid.class,
        invalid -> assertThat(invalid.problems()).anySatisfy(p -> assertThat(p).contains(said))
            .noneSatisfy(p -> assertThat(p).contains("s3cret")));
  }

  private static HttpResponse<String> get(TestServer server, Pair trusted, String path,
      String user)
      throws Exception {
    var http = HttpClient.newBuilder().sslContext(TestCertificates.context(trusted, trusted)).build();
    var request = HttpRequest.newBuilder(URI.create("https://" + server.httpAddress() + path));
    if (!user.isEmpty()) {
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(user.getBytes(UTF_8)));
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static String serverName(TestServer server, Pair trusted) throws Exception {
    var session = get(server, trusted, "/-/healthy", "").sslSession().orElseThrow();
    return ((X509Certificate) session.getPeerCertificates()[0]).getSubjectX500Principal().getName();
  }

  private static ServingStatus health(TestServer server, Pair trusted, Pair own) throws Exception {
    var tls = GrpcSslContexts.forClient().trustManager(trusted.cert().toFile())
        .keyManager(own.cert().toFile(), own.key().toFile()).build();
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().port()).sslContext(tls).build();
    try {
      return HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus();
    } finally {
      channel.shutdownNow();
    }
  }
}
