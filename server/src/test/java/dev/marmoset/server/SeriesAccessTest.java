package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.marmoset.server.cli.ClientAccess;
import dev.marmoset.server.cli.ClientAccess.Credential;
import dev.marmoset.server.cli.SeriesCommand.Outcome;
import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.server.tls.TestCertificates;
import dev.marmoset.server.tls.TestCertificates.Pair;
import dev.marmoset.storage.labels.Labels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The `series` command in front of a locked store.
class SeriesAccessTest {
  @TempDir
  Path directory;

  private static ClientAccess tls(Pair trusted, Optional<Pair> own, Credential credential) {
    return new ClientAccess(Optional.of(new ClientAccess.Tls(Optional.of(trusted.cert()),
        own.map(pair -> new ClientAccess.KeyPair(pair.cert(), pair.key())), Optional.empty())), credential);
  }

  private static ClientAccess plain(Credential credential) {
    return new ClientAccess(Optional.empty(), credential);
  }

  private static void write(TestServer server) throws Exception {
    var request = new WriteRequestBytes();
    request.add(Labels.of(Labels.METRIC_NAME, "up"), System.currentTimeMillis(),
        Double.doubleToRawLongBits(1));
    assertThat(
        server.post("/api/v1/write", request.toByteArray(), "Content-Encoding", "identity").statusCode())
        .isEqualTo(204);
  }

  @Test
  void secretsFromFilesOpenTheDoor() throws Exception {
    var token = Files.writeString(directory.resolve("token"), "s3cret\n");
    var password = Files.writeString(directory.resolve("password"), "pw\n");
    var wrong = Files.writeString(directory.resolve("wrong"), "other");
    var server = TestServer.start(directory, "self-monitoring=false",
        "auth.config={anonymous: [write], credentials: [{name: t, scopes: [read], bearer: s3cret},"
            + " {name: ann, scopes: [read], basic_hash: \""
            + BCrypt.withDefaults().hashToString(4, "pw".toCharArray())
            + "\"}]}");
    try {
      write(server);
      assertThat(server.series("up", plain(new Credential.Bearer(token))).toString())
          .contains("\"lastValue\":\"1\"");
      assertThat(server.series("up", plain(new Credential.Basic("ann", password))).toString())
          .contains("\"lastValue\":\"1\"");
      assertThat(server.series("up", ClientAccess.PLAIN)).isInstanceOfSatisfying(Outcome.Problem.class,
          problem -> assertThat(problem.why()).contains("wants to know who asks", "--bearer-token-file"));
      assertThat(server.series("up", plain(new Credential.Bearer(wrong))).toString())
          .contains("the bearer token is not known").doesNotContain("other");
      assertThat(server.series("up", plain(new Credential.Bearer(directory.resolve("nowhere")))).toString())
          .contains("reading the secret in", "nowhere");
    } finally {
      server.stop();
    }
  }

  @Test
  void tlsIsSpokenAndTheServerIsVerified() throws Exception {
    var own = TestCertificates.pair(directory, "server");
    var client = TestCertificates.pair(directory, "person");
    var stranger = TestCertificates.pair(directory, "stranger");
    var server = TestServer.start(directory, "self-monitoring=false", "grpc-server-tls-cert=" + own.cert(),
        "grpc-server-tls-key=" + own.key(), "grpc-server-tls-client-ca=" + client.cert());
    try {
      write(server);
      var nothing = new Credential.None();
      assertThat(server.series("up", tls(own, Optional.of(client), nothing)).toString())
          .contains("\"lastValue\":\"1\"");
      assertThat(server.series("up", tls(stranger, Optional.of(client), nothing))).as("another authority")
          .isInstanceOfSatisfying(Outcome.Problem.class,
              problem -> assertThat(problem.why()).contains("does not answer over TLS"));
      assertThat(server.series("up", tls(own, Optional.empty(), nothing))).as("no certificate")
          .isInstanceOf(Outcome.Problem.class);
      assertThat(server.series("up", ClientAccess.PLAIN)).isInstanceOfSatisfying(Outcome.Problem.class,
          problem -> assertThat(problem.why()).contains("--grpc-client-tls-secure"));
      assertThat(
          server.series("up", tls(new Pair(own.key(), own.key(), own.store()), Optional.empty(), nothing))
              .toString())
          .contains("reading the authorities in " + own.key());
    } finally {
      server.stop();
    }
  }
}
