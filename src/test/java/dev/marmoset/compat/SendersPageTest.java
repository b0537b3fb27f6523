package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.Peers;
import dev.marmoset.peers.SendersPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Where the real senders are not at hand: docs/senders.md has a block for every sender that is promised, and each block
/// that says it is tested is taken from the page by a test that is tagged `peers`.
class SendersPageTest {
  /// The senders that are promised, and the words that make each of their blocks what it is.
  static List<Map.Entry<String, List<String>>> senders() {
    String tls = "ca_file:";
    return List.of(
        Map.entry("prometheus-1.0", List.of("remote_write:", "http://marmoset:10902/api/v1/write")),
        Map.entry("prometheus-2.0", List.of("protobuf_message: io.prometheus.write.v2.Request")),
        Map.entry("prometheus-basic", List.of("https://", "basic_auth:", tls)),
        Map.entry("prometheus-bearer", List.of("https://", "authorization:", tls)),
        Map.entry("prometheus-sigv4", List.of("https://", "/workspaces/any/", "sigv4:", tls)),
        Map.entry("prometheus-agent", List.of("--agent")),
        Map.entry("vmagent", List.of("-remoteWrite.url=http://marmoset:10902")),
        Map.entry("vmagent-bearer",
            List.of("https://", "-remoteWrite.bearerTokenFile", "-remoteWrite.tlsCAFile")),
        Map.entry("npm", List.of("prometheus-remote-write")),
        Map.entry("npm-sigv4", List.of("https://", "aws-sigv4-fetch", "prometheus-remote-write")),
        Map.entry("hashring.json", List.of("marmoset-a:10901", "marmoset-b:10901")),
        Map.entry("thanos-router", List.of("--receive.replication-factor=2", "hashring.json")),
        Map.entry("thanos-query", List.of("marmoset-a:10901", "marmoset-b:10901", "marmoset_replica")),
        Map.entry("web.yml", List.of("cert_file:")),
        Map.entry("auth.yml", List.of("basic_hash:", "bearer_file:", "sigv4:")));
  }

  @ParameterizedTest
  @MethodSource("senders")
  void everyPromisedSenderHasItsBlockAndATestThatTakesIt(Map.Entry<String, List<String>> sender)
      throws IOException {
    assertThat(SendersPage.read().block(sender.getKey(), Map.of())).contains(sender.getValue());
    var tests = new StringBuilder();
    Path compat = Peers.root().resolve("src/test/java/dev/marmoset/compat");
    for (String file : List.of("SenderFleet", "SendersCompatTest", "RouterCompatTest")) {
      tests.append(Files.readString(compat.resolve(file + ".java")));
    }
    assertThat(tests).contains('"' + sender.getKey() + '"');
  }

  @Test
  void noBlockSaysThatItIsTestedWithoutBeingListedHere() {
    var page = SendersPage.read();
    senders().forEach(sender -> page.block(sender.getKey(), Map.of()));
    assertThat(page.unused()).isEmpty();
  }
}
