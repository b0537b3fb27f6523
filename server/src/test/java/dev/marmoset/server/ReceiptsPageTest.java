package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.storage.labels.Labels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a person finds out about the last writes of a running server.
class ReceiptsPageTest {
  private static final String PAGE = "/api/v1/status/receipts";

  @TempDir
  Path directory;

  private static byte[] up(long... times) {
    var request = new WriteRequestBytes();
    for (long t : times) {
      request.add(Labels.of(Labels.METRIC_NAME, "up"), t, 1);
    }
    return request.toByteArray();
  }

  @Test
  void lastWritesAreToldBySenderAndByWhatWasRefused() throws Exception {
    var server = TestServer.start(directory, "self-monitoring=false");
    try {
      long now = System.currentTimeMillis();
      var taken =
          server.post("/api/v1/write", up(now), "User-Agent", "vmagent", "Content-Encoding", "identity");
      assertThat(taken.headers().firstValue("X-Marmoset-Result"))
          .hasValue("accepted=1, same-again=0, late=0, rejected=0");
      assertThat(server.post("/api/v1/write", up(now, now - 1000, now / 1000), "User-Agent", "node",
          "Content-Encoding", "identity").statusCode()).isEqualTo(400);
      assertThat(server.get(PAGE).body())
          .startsWith("{\"status\":\"success\",\"data\":{\"receipts\":[{\"time\":\"20")
          .contains("\"sender\":\"node@127.0.0.0/24\",\"protocol\":\"1.0\",\"bytes\":")
          .contains("\"status\":400,\"durationMicros\":")
          .contains("\"accepted\":2,\"sameAgain\":1,\"late\":1,\"rejected\":1,\"reasons\":{\"too_old\":1}")
          .contains("looks like seconds").contains("\"sender\":\"vmagent@127.0.0.0/24\"");
      assertThat(server.get(PAGE + "?sender=vmagent@127.0.0.0/24").body()).contains("vmagent")
          .doesNotContain("node@");
      assertThat(server.get(PAGE + "?rejected=true").body()).contains("node@").doesNotContain("vmagent");
      assertThat(server.get(PAGE + "?limit=1").body()).contains("node@").doesNotContain("vmagent");
      assertThat(server.get(PAGE + "?limit=0").body()).contains("\"receipts\":[]");
    } finally {
      server.stop();
    }
  }

  @Test
  void parametersThatMeanNothingAreNamed() throws Exception {
    var server = TestServer.start(directory);
    try {
      var wrong = server.get(PAGE + "?rejected=yes");
      assertThat(wrong.statusCode()).isEqualTo(400);
      assertThat(wrong.body()).isEqualTo("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":"
          + "\"parameter rejected is \\\"yes\\\", expected true or false\"}");
      assertThat(server.get(PAGE + "?limit=-1").statusCode()).isEqualTo(400);
      assertThat(server.get(PAGE + "?limit=x").statusCode()).isEqualTo(400);
    } finally {
      server.stop();
    }
  }

  @Test
  void flagsOfTheWritePathReachIt() throws Exception {
    var server = TestServer.start(directory, "self-monitoring=false", "receive.reject-status=204",
        "receive.receipts=0", "tsdb.max-series=1", "receive.tenant-label-name=tenant_id",
        "receive.tenant-header=X-Team");
    try {
      long now = System.currentTimeMillis();
      var refused = server.post("/api/v1/write", up(now, 1), "X-Team", "a", "Content-Encoding", "identity");
      assertThat(refused.statusCode()).isEqualTo(204);
      assertThat(refused.body()).isEmpty();
      assertThat(refused.headers().firstValue("X-Marmoset-Result"))
          .hasValue("accepted=1, same-again=0, late=0, rejected=1; too_old=1");
      assertThat(server.series("up{tenant_id=\"a\"}").toString()).contains("\"tenant_id\":\"a\"");
      var beyond =
          server.post("/api/v1/write", up(now), "X-Scope-OrgID", "b", "Content-Encoding", "identity");
      assertThat(beyond.headers().firstValue("X-Marmoset-Result")).get().asString()
          .endsWith("; series_limit=1");
      assertThat(server.get(PAGE).body()).contains("\"receipts\":[]");
    } finally {
      server.stop();
    }
  }
}
