package dev.marmoset.server;

import dev.marmoset.server.Assembly.Listening;
import dev.marmoset.server.cli.ClientAccess;
import dev.marmoset.server.cli.Invocation;
import dev.marmoset.server.cli.SeriesCommand;
import dev.marmoset.server.config.ConfigLoader;
import dev.marmoset.server.config.HostPort;
import dev.marmoset.server.config.LoadedConfig;
import dev.marmoset.server.metrics.WriteRequestBytes;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Starts everything on a temporary directory and free ports, writes one sample over HTTP, reads it back over gRPC and
/// stops. Also the training run of the JVM's AOT cache, so it walks both paths once.
final class SelfTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String METRIC = "marmoset_selftest";

  private final BuildInfo build;
  private final SystemClock clock = new SystemClock();

  SelfTest(BuildInfo build) {
    this.build = build;
  }

  /// Runs it.
  ///
  /// @return what was found wrong, empty if nothing
  /// @throws IOException          if the temporary directory cannot be used
  /// @throws StartException       if the server does not start
  /// @throws InterruptedException if the thread is interrupted while waiting
  String run() throws IOException, StartException, InterruptedException {
    Path directory = Files.createTempDirectory("marmoset-selftest-");
    try {
      var assembly = new Assembly(config(directory), build, "");
      var listening = assembly.start();
      String problem = exercise(assembly, listening);
      boolean clean = assembly.stop();
      return problem.isEmpty() && !clean ? "a step of the stop did not end well" : problem;
    } finally {
      delete(directory);
    }
  }

  private static LoadedConfig.Valid config(Path directory) {
    var flags = Map.of("http-address", List.of("127.0.0.1:0"), "grpc-address", List.of("127.0.0.1:0"),
        "tsdb.path", List.of(directory.resolve("data").toString()),
        "tsdb.scratch-path", List.of(directory.resolve("scratch").toString()), "self-monitoring",
        List.of("false"));
    return switch (new ConfigLoader(Map.of()).load(flags, List.of())) {
      case LoadedConfig.Valid valid -> valid;
      case LoadedConfig.Invalid invalid -> throw new IllegalStateException(invalid.problems().toString());
    };
  }

  private String exercise(Assembly assembly, Listening listening) throws IOException, InterruptedException {
    int status = write(listening.http());
    if (status != HttpURLConnection.HTTP_NO_CONTENT) {
      return "a write was answered " + status + ", expected 204";
    }
    long deadline = clock.nanos() + PATIENCE.toNanos();
    while (!assembly.ready()) {
      if (clock.nanos() > deadline) {
        return "the server was not ready after " + PATIENCE.toSeconds() + "s";
      }
      Thread.sleep(10);
    }
    var address = new HostPort("127.0.0.1", listening.grpc().getPort());
    var query = new Invocation.Series(METRIC, address, Duration.ofMinutes(5), true, ClientAccess.PLAIN);
    return switch (new SeriesCommand(clock).run(query)) {
      case SeriesCommand.Outcome.Answer(String text) ->
        text.contains(METRIC) ? "" : "the sample is not there: " + text;
      case SeriesCommand.Outcome.Problem(String why) -> why;
    };
  }

  private int write(InetSocketAddress http) throws IOException {
    var request = new WriteRequestBytes();
    request.add(Labels.of(Labels.METRIC_NAME, METRIC), clock.millis(), Double.doubleToRawLongBits(1));
    var uri = URI.create("http://127.0.0.1:" + http.getPort() + "/api/v1/write");
    if (!(uri.toURL().openConnection() instanceof HttpURLConnection connection)) {
      throw new IOException(uri + " is not an HTTP address");
    }
    try {
      connection.setConnectTimeout((int) PATIENCE.toMillis());
      connection.setReadTimeout((int) PATIENCE.toMillis());
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/x-protobuf");
      connection.setRequestProperty("Content-Encoding", "identity");
      connection.getOutputStream().write(request.toByteArray());
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
