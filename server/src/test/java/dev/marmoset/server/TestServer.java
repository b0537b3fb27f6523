package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.cli.ClientAccess;
import dev.marmoset.server.cli.Invocation;
import dev.marmoset.server.cli.SeriesCommand;
import dev.marmoset.server.cli.SeriesCommand.Outcome;
import dev.marmoset.server.config.ConfigLoader;
import dev.marmoset.server.config.HostPort;
import dev.marmoset.server.config.LoadedConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// A whole server in the test's process, on free ports, and what a test asks of it. Belongs to one thread.
final class TestServer {
  /// A machine may stall for long, and nobody waits for it unless something is broken.
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Assembly assembly;
  private final Assembly.Listening listening;
  private final HttpClient http = HttpClient.newHttpClient();

  private TestServer(Assembly assembly, Assembly.Listening listening) {
    this.assembly = assembly;
    this.listening = listening;
  }

  /// What [Assembly#start] would be called on.
  ///
  /// @param directory receives data and scratch
  /// @param settings  `name=value`
  static Assembly assembly(Path directory, String... settings) throws StartException {
    var flags =
        new HashMap<String, List<String>>(Map.of("http-address", List.of("127.0.0.1:0"), "grpc-address",
            List.of("127.0.0.1:0"), "tsdb.path", List.of(directory.resolve("data").toString()),
            "tsdb.scratch-path",
            List.of(directory.resolve("scratch").toString()), "memory.limit", List.of("64MiB"),
            "http-grace-period", List.of("0s"), "grpc-grace-period", List.of("1s")));
    for (String setting : settings) {
      String[] pair = setting.split("=", 2);
      flags.put(pair[0], List.of(pair[1]));
    }
    return switch (new ConfigLoader(Map.of()).load(flags, List.of())) {
      case LoadedConfig.Valid valid -> new Assembly(valid, BuildInfo.ofThisProcess(), "");
      case LoadedConfig.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
  }

  /// Starts one and waits until it serves everything.
  static TestServer start(Path directory, String... settings) throws StartException, InterruptedException {
    var assembly = assembly(directory, settings);
    var server = new TestServer(assembly, assembly.start());
    await(assembly::ready);
    return server;
  }

  Assembly assembly() {
    return assembly;
  }

  /// Stops it as SIGTERM does, without the waits for queriers and senders that are not there. Whether it does so in
  /// time is not asked: the machine may stall.
  void stop() {
    http.shutdownNow();
    assembly.stop(Duration.ZERO, Duration.ZERO);
  }

  HostPort httpAddress() {
    return new HostPort("127.0.0.1", listening.http().getPort());
  }

  HostPort grpcAddress() {
    return new HostPort("127.0.0.1", listening.grpc().getPort());
  }

  /// The `series` command, as JSON.
  Outcome series(String selector) {
    return series(selector, ClientAccess.PLAIN);
  }

  /// The same through a locked door.
  Outcome series(String selector, ClientAccess access) {
    return new SeriesCommand(new SystemClock())
        .run(new Invocation.Series(selector, grpcAddress(), Duration.ofMinutes(5), true, access));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /// Looks again and again, because background threads of the server decide when.
  static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private URI uri(String path) {
    return URI.create("http://" + httpAddress() + path);
  }
}
