package dev.marmoset.server;

import static dev.marmoset.server.TestServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.info.InfoGrpc;
import dev.marmoset.proto.thanos.info.InfoRequest;
import dev.marmoset.server.cli.HealthCommand;
import dev.marmoset.server.cli.Invocation;
import dev.marmoset.server.cli.SeriesCommand.Outcome;
import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.storage.labels.Labels;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole server in this process: listeners, store, self-monitoring, stop.
class AssemblyTest {
  private static final String UP = "up{job=\"marmoset\"}";

  @TempDir
  Path directory;

  @Test
  void whatItWritesAboutItselfCanBeReadOverTheStoreApi() throws Exception {
    var server =
        TestServer.start(directory, "self-monitoring.interval=1s", "label=region=eu", "replica.value=r1");
    try {
      await(() -> server.series(UP) instanceof Outcome.Answer(String text)
          && text.contains("\"lastValue\":\"1\""));
      assertThat(server.series(UP).toString()).contains("\"instance\":\"r1\"", "\"region\":\"eu\"",
          "\"marmoset_replica\":\"r1\"");
      assertThat(server.series("marmoset_build_info").toString()).contains("\"lastValue\":\"1\"");
      assertThat(server.get("/metrics").body()).contains(
          "thanos_status{check=\"ready\",component=\"receive\"} 1",
          "marmoset_ingest_samples_total{protocol=\"1.0\",sender=\"marmoset\"}", "process_cpu_seconds_total",
          "jvm_memory_used_bytes").doesNotContain("_seconds_max");
    } finally {
      server.stop();
    }
  }

  @Test
  void checksAndStatusPagesAnswer() throws Exception {
    var server = TestServer.start(directory, "web.enable-lifecycle=true", "label=a=1,2");
    try {
      for (String check : List.of("ready", "writable", "healthy")) {
        // Again, because the command gives up after 5 s and the machine may stall.
        await(() -> new HealthCommand().run(new Invocation.Health(server.httpAddress(), check))
            .equals(new HealthCommand.Result(true, check + ": OK")));
      }
      assertThat(server.get("/").body()).contains("/api/v1/write", "/-/ready");
      assertThat(server.get("/api/v1/status/buildinfo").body()).startsWith("{\"status\":\"success\"")
          .contains("\"application\":\"Marmoset\"");
      assertThat(server.get("/api/v1/status/flags").body())
          .contains("\"tsdb.out-of-order.time-window\":\"24h\"");
      assertThat(server.get("/api/v1/status/config").body()).contains("label: \\\"a=1,2\\\"");
      assertThat(server.get("/api/v1/status/tsdb").body()).contains("\"numSeries\":");
      assertThat(server.post("/-/quit", new byte[0]).statusCode()).isEqualTo(200);
      assertThat(server.assembly().stopRequested().get(1, TimeUnit.MINUTES)).isEqualTo(StopReason.QUIT);
    } finally {
      server.stop();
    }
  }

  @Test
  void quitIsNotThereUnlessEnabled() throws Exception {
    var server = TestServer.start(directory);
    try {
      assertThat(server.post("/-/quit", new byte[0]).statusCode()).isEqualTo(404);
    } finally {
      server.stop();
    }
  }

  @Test
  void anAcknowledgedSampleIsThereAfterARestart() throws Exception {
    var request = new WriteRequestBytes();
    request.add(Labels.of(Labels.METRIC_NAME, "kept"), System.currentTimeMillis(),
        Double.doubleToRawLongBits(42.5));
    var first = TestServer.start(directory, "self-monitoring=false");
    assertThat(
        first.post("/api/v1/write", request.toByteArray(), "Content-Encoding", "identity").statusCode())
        .isEqualTo(204);
    first.stop();
    var second = TestServer.start(directory, "self-monitoring=false");
    try {
      assertThat(second.series("kept").toString()).contains("\"samples\":1", "\"lastValue\":\"42.5\"");
    } finally {
      second.stop();
    }
  }

  /// The best of three, because a machine may stall.
  @Test
  void aStopWaitsForNobodyWhereNobodyPolls() throws Exception {
    boolean quick = false;
    for (int i = 0; i < 3 && !quick; i++) {
      var server = TestServer.start(directory, "self-monitoring=false");
      long start = System.nanoTime();
      boolean inTime = server.assembly().stop();
      quick = inTime && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5);
    }
    assertThat(quick).isTrue();
  }

  /// If the machine stalls between the poll and the stop, the poll is over already.
  @Test
  void aStopGivesQueriersOnePollToSeeIt() throws Exception {
    boolean waited = false;
    for (int i = 0; i < 3 && !waited; i++) {
      var server = TestServer.start(directory, "self-monitoring=false");
      ManagedChannel channel = NettyChannelBuilder
          .forAddress(server.grpcAddress().host(), server.grpcAddress().port()).usePlaintext().build();
      try {
        assertThat(labelsAnnounced(channel)).isNotNegative();
      } finally {
        channel.shutdownNow();
      }
      long start = System.nanoTime();
      server.assembly().stop(Duration.ZERO, Duration.ofSeconds(2));
      waited = System.nanoTime() - start >= TimeUnit.SECONDS.toNanos(2);
    }
    assertThat(waited).isTrue();
  }

  @Test
  void healthAndInfoFollowReadiness() throws Exception {
    var server = TestServer.start(directory, "label=region=eu", "replica.value=r1", "self-monitoring=false");
    ManagedChannel channel = NettyChannelBuilder
        .forAddress(server.grpcAddress().host(), server.grpcAddress().port()).usePlaintext().build();
    try {
      await(() -> HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance())
          .getStatus() == ServingStatus.SERVING);
      await(() -> labelsAnnounced(channel) == 2);
    } finally {
      channel.shutdownNow();
      server.stop();
    }
  }

  @Test
  void aTakenAddressNamesTheFlag() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(() -> TestServer.assembly(directory, "http-address=" + address).start())
          .isInstanceOfSatisfying(StartException.class,
              e -> assertThat(e.exitCode()).isEqualTo(ExitCode.ADDRESS_IN_USE))
          .hasMessageContaining("listening on --http-address " + address).hasMessageContaining("in use");
      assertThatThrownBy(() -> TestServer.assembly(directory, "grpc-address=" + address).start())
          .hasMessageContaining("listening on --grpc-address " + address).hasMessageContaining("in use");
    }
  }

  @Test
  void anUnusableDataPathNamesTheFlag() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> TestServer.assembly(directory, "tsdb.path=" + file.resolve("data")).start())
        .isInstanceOfSatisfying(StartException.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_PATH_UNUSABLE))
        .hasMessageContaining("opening --tsdb.path " + file.resolve("data"));
  }

  private static int labelsAnnounced(ManagedChannel channel) {
    try {
      var info = InfoGrpc.newBlockingStub(channel).info(InfoRequest.getDefaultInstance());
      return info.getLabelSetsCount() == 0 ? 0 : info.getLabelSets(0).getLabelsCount();
    } catch (StatusRuntimeException _) {
      return 0;
    }
  }
}
