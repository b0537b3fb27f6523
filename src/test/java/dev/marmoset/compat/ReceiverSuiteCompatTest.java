package dev.marmoset.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.MarmosetProcess;
import dev.marmoset.peers.PeerLogs;
import dev.marmoset.peers.PeerProcess;
import dev.marmoset.peers.Peers;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Case 98: the public receiver suite of prometheus/compliance, twice in a row on the same store.
///
/// Its own verdict is not enough: it takes a 400 where success was expected, so a receiver that refuses everything
/// passes. The statuses are counted as well.
@Tag("peers")
class ReceiverSuiteCompatTest {
  private static final int TESTS = 39;
  /// What a receiver that takes everything it should answers to one run.
  private static final Map<String, Integer> STATUSES = Map.of("204", 173, "400", 28, "415", 4);
  private static final Pattern REQUESTS =
      Pattern
          .compile("(?m)^http_requests_total\\{code=\"(\\d+)\",handler=\"receive\",method=\"post\"} (\\d+)");

  @RegisterExtension
  private final PeerLogs logs = new PeerLogs();

  @Test
  void passesTwiceWithTheRightStatuses(@TempDir Path directory) throws Exception {
    Path suite = Peers.RECEIVER_SUITE.binary();
    try (var store = MarmosetProcess.start("marmoset", directory, "--no-self-monitoring")) {
      logs.watch(store.process());
      Path configuration = Files.writeString(directory.resolve("config.yml"),
          "remote_write:\n- name: marmoset\n  url: " + store.uri("/api/v1/write") + "\n");
      for (int run = 1; run <= 2; run++) {
        try (var process = PeerProcess.start("suite-" + run,
            List.of("env", "PROMETHEUS_RW2_COMPLIANCE_CONFIG_FILE=" + configuration,
                "PROMETHEUS_RW2_COMPLIANCE_RECEIVERS=marmoset", suite.toString(), "-test.v", "-test.count=1"),
            directory)) {
          logs.watch(process);
          assertThat(process.awaitEnd(Duration.ofMinutes(3))).as("exit code").isZero();
        }
        String said = Files.readString(directory.resolve("suite-" + run + ".log"));
        assertThat(said.lines().filter(line -> line.startsWith("--- PASS: "))).hasSize(TESTS);
        int runs = run;
        var expected = new TreeMap<String, Integer>();
        STATUSES.forEach((status, count) -> expected.put(status, runs * count));
        assertThat(statuses(store)).isEqualTo(expected);
      }
    }
  }

  private static Map<String, Integer> statuses(MarmosetProcess store)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      String metrics =
          http.send(HttpRequest.newBuilder(store.uri("/metrics")).build(), BodyHandlers.ofString()).body();
      var statuses = new TreeMap<String, Integer>();
      for (MatchResult found : REQUESTS.matcher(metrics).results().toList()) {
        var _ = statuses.put(found.group(1), Integer.valueOf(found.group(2)));
      }
      return statuses;
    }
  }
}
