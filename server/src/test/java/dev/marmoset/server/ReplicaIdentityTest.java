package dev.marmoset.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplicaIdentityTest {
  private static final String INCARNATION = "01M7ZD0H7KY50Z2W1M88EV3QJ3";

  @Test
  void offEcsTheIncarnationTellsReplicasApart() {
    var identity = ReplicaIdentity.of(INCARNATION, Optional.empty(), "");
    assertThat(identity).isEqualTo(new ReplicaIdentity(INCARNATION, Optional.empty(), INCARNATION));
  }

  @Test
  void onEcsItIsTheTaskAndTheEndOfTheIncarnation() throws IOException {
    assertThat(onEcs(
        "{\"Cluster\":\"c\",\"TaskARN\" : \"arn:aws:ecs:eu-west-1:123456789012:task/prod/0a1b2c\",\"x\":1}"))
        .isEqualTo("0a1b2c-EV3QJ3");
    assertThat(onEcs("{\"TaskARN\":\"arn:aws:ecs:eu-west-1:123456789012:task/0a1b2c\"}"))
        .isEqualTo("0a1b2c-EV3QJ3");
  }

  @Test
  void aConfiguredValueWins() {
    assertThat(ReplicaIdentity.of(INCARNATION, Optional.of("r1"), "").value()).isEqualTo("r1");
  }

  @Test
  void metadataThatCannotBeReadDoesNotStopTheStart() throws IOException {
    assertThat(onEcs("{}")).isEqualTo(INCARNATION);
    assertThat(ReplicaIdentity.of(INCARNATION, Optional.empty(), "http://127.0.0.1:1/v4").value())
        .isEqualTo(INCARNATION);
    assertThat(ReplicaIdentity.of(INCARNATION, Optional.empty(), "nonsense").value()).isEqualTo(INCARNATION);
  }

  /// The replica value when the metadata server answers with this document.
  private static String onEcs(String task) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v4/abc/task", exchange -> {
      byte[] body = task.getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    try {
      String base = "http://127.0.0.1:" + server.getAddress().getPort() + "/v4/abc";
      return ReplicaIdentity.of(INCARNATION, Optional.empty(), base).value();
    } finally {
      server.stop(0);
    }
  }
}
