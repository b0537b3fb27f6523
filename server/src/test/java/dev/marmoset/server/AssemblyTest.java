package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.proto.thanos.info.InfoGrpc;
import dev.marmoset.proto.thanos.info.InfoRequest;
import dev.marmoset.server.Assembly.Listening;
import dev.marmoset.server.cli.HealthCommand;
import dev.marmoset.server.cli.Invocation;
import dev.marmoset.server.cli.SeriesCommand;
import dev.marmoset.server.config.ConfigLoader;
import dev.marmoset.server.config.HostPort;
import dev.marmoset.server.config.LoadedConfig;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole server in this process: listeners, store, self-monitoring, stop.
class AssemblyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir
  Path directory;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void whatItWritesAboutItselfCanBeReadOverTheStoreApi() throws Exception {
    var assembly = assembly("self-monitoring.interval=1s", "label=region=eu", "replica.value=r1");
    var listening = assembly.start();
    try {
      await(assembly::ready);
      await(() -> series(listening, "up{job=\"marmoset\"}").contains("\"lastValue\":\"1\""));
      assertThat(series(listening, "up")).contains("\"instance\":\"r1\"", "\"region\":\"eu\"",
          "\"marmoset_replica\":\"r1\"");
      assertThat(series(listening, "marmoset_build_info")).contains("\"lastValue\":\"1\"");
      assertThat(get(listening, "/metrics").body()).contains(
          "thanos_status{check=\"ready\",component=\"receive\"} 1",
          "marmoset_ingest_samples_total{protocol=\"1.0\",sender=\"marmoset\"}", "process_cpu_seconds_total",
          "jvm_memory_used_bytes").doesNotContain("_seconds_max");
    } finally {
      assertThat(assembly.stop()).isTrue();
    }
  }

  @Test
  void checksAndStatusPagesAnswer() throws Exception {
    var assembly = assembly("web.enable-lifecycle=true");
    var listening = assembly.start();
    try {
      await(assembly::ready);
      for (String check : List.of("ready", "writable", "healthy")) {
        var address = new HostPort("127.0.0.1", listening.http().getPort());
        assertThat(new HealthCommand().run(new Invocation.Health(address, check)))
            .isEqualTo(new HealthCommand.Result(true, check + ": OK"));
      }
      assertThat(get(listening, "/").body()).contains("/api/v1/write", "/-/ready");
      assertThat(get(listening, "/api/v1/status/buildinfo").body()).startsWith("{\"status\":\"success\"")
          .contains("\"application\":\"Marmoset\"");
      assertThat(get(listening, "/api/v1/status/flags").body()).contains("\"tsdb.retention\":\"15d\"");
      assertThat(get(listening, "/api/v1/status/config").body())
          .contains("http-address: \\\"127.0.0.1:0\\\"");
      assertThat(get(listening, "/api/v1/status/tsdb").body()).contains("\"numSeries\":");
      var channel =
          NettyChannelBuilder.forAddress("127.0.0.1", listening.grpc().getPort()).usePlaintext().build();
      await(() -> HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance())
          .getStatus() == ServingStatus.SERVING);
      channel.shutdownNow();
      var quit =
          HttpRequest.newBuilder(uri(listening, "/-/quit")).POST(HttpRequest.BodyPublishers.noBody()).build();
      assertThat(http.send(quit, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(assembly.stopRequested().get(10, TimeUnit.SECONDS)).isEqualTo(StopReason.QUIT);
    } finally {
      assertThat(assembly.stop()).isTrue();
    }
  }

  @Test
  void aStopWaitsOnePollOnlyIfSomebodyPolls() throws Exception {
    var assembly = assembly("self-monitoring=false");
    var listening = assembly.start();
    await(assembly::ready);
    long start = System.nanoTime();
    assertThat(assembly.stop()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(listening.grpc().getPort()).isPositive();
  }

  @Test
  void infoAnnouncesLabelsAndReplica() throws Exception {
    var assembly = assembly("label=region=eu", "replica.value=r1", "self-monitoring=false");
    var listening = assembly.start();
    try {
      await(assembly::ready);
      var channel =
          NettyChannelBuilder.forAddress("127.0.0.1", listening.grpc().getPort()).usePlaintext().build();
      var info = InfoGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(10, TimeUnit.SECONDS);
      await(() -> {
        try {
          return info.info(InfoRequest.getDefaultInstance()).getLabelSets(0).getLabelsCount() == 2;
        } catch (StatusRuntimeException _) {
          return false;
        }
      });
      channel.shutdownNow();
    } finally {
      assembly.stop();
    }
  }

  @Test
  void aTakenAddressNamesTheFlag() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(() -> assembly("http-address=" + address).start())
          .isInstanceOfSatisfying(StartException.class,
              e -> assertThat(e.exitCode()).isEqualTo(ExitCode.ADDRESS_IN_USE))
          .hasMessageContaining("listening on --http-address " + address).hasMessageContaining("in use");
      assertThatThrownBy(() -> assembly("grpc-address=" + address).start())
          .hasMessageContaining("listening on --grpc-address " + address).hasMessageContaining("in use");
    }
  }

  @Test
  void anUnusableDataPathNamesTheFlag() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> assembly("tsdb.path=" + file.resolve("data")).start())
        .isInstanceOfSatisfying(StartException.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_PATH_UNUSABLE))
        .hasMessageContaining("opening --tsdb.path " + file.resolve("data"));
  }

  private Assembly assembly(String... settings) {
    var flags =
        new HashMap<String, List<String>>(Map.of("http-address", List.of("127.0.0.1:0"), "grpc-address",
            List.of("127.0.0.1:0"), "tsdb.path", List.of(directory.resolve("data").toString()),
            "tsdb.scratch-path",
            List.of(directory.resolve("scratch").toString()), "memory.limit", List.of("64MiB")));
    for (String setting : settings) {
      String[] pair = setting.split("=", 2);
      flags.put(pair[0], new ArrayList<>(List.of(pair[1])));
    }
    return switch (new ConfigLoader(Map.of()).load(flags, List.of())) {
      case LoadedConfig.Valid valid -> new Assembly(valid, BuildInfo.ofThisProcess(), "");
      case LoadedConfig.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
  }

  private static String series(Listening listening, String selector) {
    var address = new HostPort("127.0.0.1", listening.grpc().getPort());
    var outcome = new SeriesCommand(new SystemClock())
        .run(new Invocation.Series(selector, address, Duration.ofMinutes(5), true));
    return switch (outcome) {
      case SeriesCommand.Outcome.Answer(String text) -> text;
      case SeriesCommand.Outcome.Problem(String why) -> throw new AssertionError(why);
    };
  }

  private HttpResponse<String> get(Listening listening, String path) throws Exception {
    return http.send(HttpRequest.newBuilder(uri(listening, path)).build(), BodyHandlers.ofString());
  }

  private static URI uri(Listening listening, String path) {
    return URI.create("http://127.0.0.1:" + listening.http().getPort() + path);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
