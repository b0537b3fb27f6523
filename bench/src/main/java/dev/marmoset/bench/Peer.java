package dev.marmoset.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The servers that are compared, each with its defaults, a 24 h window for late samples, and one core.
enum Peer {
  /// fsync before every answer (D2).
  MARMOSET("/api/v1/receive", true),
  /// Written, not synced (D1).
  PROMETHEUS("/api/v1/write", false),
  /// Written, not synced (D1).
  RECEIVE("/api/v1/receive", true),
  /// In RAM for up to 5 s (D0).
  VICTORIA("/api/v1/write", false);

  /// The first of fifteen; another one with `-Dbench.port`, where two harnesses run at once.
  static final int WRITE_PORT = Integer.getInteger("bench.port", 19_091);
  static final int HTTP_PORT = WRITE_PORT + 1;
  static final int GRPC_PORT = WRITE_PORT + 2;

  private final String path;
  private final boolean storeApi;

  Peer(String path, boolean storeApi) {
    this.path = path;
    this.storeApi = storeApi;
  }

  /// Path that takes remote write.
  String path() {
    return path;
  }

  /// Whether it is queried through the StoreAPI; the others answer PromQL themselves.
  boolean storeApi() {
    return storeApi;
  }

  /// Port of its PromQL API, or of its health page.
  int httpPort() {
    return this == RECEIVE ? HTTP_PORT : WRITE_PORT;
  }

  /// Path that answers 200 once it is ready.
  String ready() {
    return this == VICTORIA ? "/health" : "/-/ready";
  }

  /// The command.
  ///
  /// @param directory for all its files
  /// @param jar       of Marmoset
  /// @param options   words that replace the launcher's heap flags, and flags of Marmoset behind `--`
  List<String> command(Path directory, Path jar, List<String> options) throws IOException {
    String write = "127.0.0.1:" + WRITE_PORT;
    String http = "127.0.0.1:" + HTTP_PORT;
    String grpc = "127.0.0.1:" + GRPC_PORT;
    return switch (this) {
      case MARMOSET -> marmoset(directory, jar, options, WRITE_PORT);
      case PROMETHEUS -> {
        Path config = directory.resolve("prometheus.yml");
        Files.writeString(config, "storage: {tsdb: {out_of_order_time_window: 24h}}\n");
        yield List.of(binary("prometheus"), "--config.file=" + config,
            "--storage.tsdb.path=" + directory.resolve("data"),
            "--web.enable-remote-write-receiver", "--web.listen-address=" + write,
            "--query.max-samples=1000000000");
      }
      case RECEIVE -> List.of(binary("thanos"), "receive", "--tsdb.path=" + directory.resolve("data"),
          "--remote-write.address=" + write, "--http-address=" + http, "--grpc-address=" + grpc,
          "--label=receive=\"a\"",
          "--tsdb.out-of-order.time-window=24h");
      case VICTORIA -> List.of(binary("victoria-metrics"), "-storageDataPath=" + directory.resolve("data"),
          "-httpListenAddr=" + write, "-search.maxUniqueTimeseries=10000000", "-search.maxQueryDuration=5m");
    };
  }

  /// The command of a Marmoset whose ports are `port` and the second after it.
  static List<String> marmoset(Path directory, Path jar, List<String> options, int port) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    int flags = options.contains("--") ? options.indexOf("--") : options.size();
    command.addAll(options.subList(0, flags));
    Path jvmOptions = jar.toAbsolutePath().resolveSibling("../jvm.options").normalize();
    command.addAll(List.of("-XX:ActiveProcessorCount=1", "@" + jvmOptions, "-jar", jar.toString(), "serve",
        "--http-address=127.0.0.1:" + port, "--grpc-address=127.0.0.1:" + (port + 2),
        "--tsdb.path=" + directory.resolve("data"), "--tsdb.scratch-path=" + directory.resolve("scratch")));
    if (flags < options.size()) {
      command.addAll(options.subList(flags + 1, options.size()));
    }
    return command;
  }

  /// The newest binary of this name below `~/.cache/marmoset/peers`; `src/test/peers` has what puts it there.
  static String binary(String name) throws IOException {
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path cache =
        Path.of(xdg.isEmpty() ? System.getProperty("user.home") + "/.cache" : xdg).resolve("marmoset/peers");
    try (Stream<Path> all = Files.walk(cache)) {
      return all.filter(path -> path.getFileName().toString().equals(name) && Files.isRegularFile(path))
          .max(Path::compareTo).orElseThrow(() -> new IOException("there is no " + name + " below " + cache))
          .toString();
    }
  }
}
