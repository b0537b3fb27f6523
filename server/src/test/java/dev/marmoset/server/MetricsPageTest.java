package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.cli.SeriesCommand.Outcome;
import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.storage.labels.Labels;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Makes `docs/metrics.md` from what a running server exposes, after everything that registers a metric only when it
/// happens has happened once.
class MetricsPageTest {
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"");
  private static final String INTRODUCTION = """
      # Metrics

      What `/metrics` exposes, and what Marmoset writes into itself as `job="marmoset"` every
      `--self-monitoring.interval`. Names beginning with `thanos_`, `grpc_server_`, `http_` and `prometheus_` are those
      that existing dashboards read. Besides these there are `jvm_*`, the JVM's own, as Micrometer names them,
      and with TLS `marmoset_certificate_not_after_seconds{door}`, when the certificate in use ends.

      | metric | type | labels | what it says |
      |---|---|---|---|
      """;

  @TempDir
  Path directory;

  /// One family.
  private record Family(String type, String help, Set<String> labels) {}

  @Test
  void pageIsUpToDate() throws Exception {
    var server = TestServer.start(directory, "store.limits.request-series=1", "self-monitoring=false",
        "auth.config=credentials: [{name: a, scopes: read, bearer: b}]\nanonymous: [write, read]");
    try {
      provoke(server);
      var page = new StringBuilder(GeneratedPage.notice() + INTRODUCTION);
      families(server.get("/metrics").body())
          .forEach((name, family) -> page.append("| `").append(name).append("` | ")
              .append(family.type).append(" | ").append(String.join(", ", family.labels)).append(" | ")
              .append(family.help)
              .append(" |\n"));
      GeneratedPage.check("metrics.md", page.toString());
    } finally {
      server.stop();
    }
  }

  @Test
  void everyMetricHasHelp() throws Exception {
    var server = TestServer.start(directory);
    try {
      assertThat(families(server.get("/metrics").body()).values())
          .allSatisfy(family -> assertThat(family.help)
              .isNotBlank());
    } finally {
      server.stop();
    }
  }

  private static void provoke(TestServer server) throws Exception {
    assertThat(server.post("/api/v1/write", new byte[1], "Authorization", "Bearer wrong").statusCode())
        .isEqualTo(401);
    var request = new WriteRequestBytes();
    long now = System.currentTimeMillis();
    request.add(Labels.of(Labels.METRIC_NAME, "a", "n", "1"), now, 0);
    request.add(Labels.of(Labels.METRIC_NAME, "a", "n", "2"), now, 0);
    request.add(Labels.of(Labels.METRIC_NAME, "a", "n", "2"), 1_000, 0);
    assertThat(server.post("/api/v1/write", request.toByteArray()).statusCode()).isEqualTo(400);
    request.add(Labels.of(Labels.METRIC_NAME, "a", "n", "1"), now - 1_000, 0);
    assertThat(server.post("/api/v1/write", request.toByteArray()).statusCode()).as("same again, and late")
        .isEqualTo(400);
    assertThat(server.post("/api/v1/write", new byte[0], "Content-Type", "image/png").statusCode())
        .isEqualTo(415);
    assertThat(server.series("a{n=\"1\"}")).isInstanceOf(Outcome.Answer.class);
    assertThat(server.series("a")).isInstanceOf(Outcome.Problem.class);
  }

  private static Map<String, Family> families(String exposition) {
    var families = new TreeMap<String, Family>();
    var helps = new TreeMap<String, String>();
    String name = "";
    for (String line : exposition.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        helps.put(words[2], words.length > 3 ? words[3] : "");
      } else if (line.startsWith("# TYPE ")) {
        name = words[2];
        families.put(name, new Family(words[3], helps.getOrDefault(name, ""), new TreeSet<>()));
      } else {
        var family = families.getOrDefault(name, new Family("", "", new TreeSet<>()));
        var labels = LABEL.matcher(line);
        while (labels.find()) {
          family.labels.add(labels.group(1));
        }
      }
    }
    families.keySet().removeIf(family -> family.startsWith("jvm_"));
    families.values().forEach(family -> family.labels.remove("le"));
    return families;
  }
}
