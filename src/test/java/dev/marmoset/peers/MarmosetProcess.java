package dev.marmoset.peers;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Marmoset as it is shipped: the one jar in a JVM of its own.
///
/// Belongs to the thread that started it; the addresses may be read by any.
public final class MarmosetProcess implements AutoCloseable {
  /// System property with the path of the jar; set by the pom.
  private static final String JAR_PROPERTY = "marmoset.jar";
  private static final Duration START = Duration.ofMinutes(4);
  private static final String ANY_PORT = "127.0.0.1:0";

  private final String name;
  private final Path directory;
  private final List<String> flags;
  private final String httpAddress;
  private final String grpcAddress;
  private final PeerProcess process;

  private MarmosetProcess(String name, Path directory, List<String> flags, String http, String grpc) {
    this.name = name;
    this.directory = directory;
    this.flags = List.copyOf(flags);
    this.process = PeerProcess.start(name, command(name, directory, flags, http, grpc), directory);
    try {
      this.httpAddress = awaitAddress("http");
      this.grpcAddress = awaitAddress("grpc");
      awaitReady();
    } catch (IllegalStateException e) {
      process.kill();
      throw e;
    }
  }

  /// Starts one and waits until it is ready. Its data go to `<name>-data` in `directory`.
  ///
  /// @param name      of the log file and the data directory
  /// @param directory exists
  /// @param flags     added to the command line
  public static MarmosetProcess start(String name, Path directory, String... flags) {
    return new MarmosetProcess(name, directory, List.of(flags), ANY_PORT, ANY_PORT);
  }

  /// The next one on the same data and ports, when this one is gone.
  public MarmosetProcess restart() {
    return new MarmosetProcess(name, directory, flags, httpAddress, grpcAddress);
  }

  /// The next one on the same data, on any free ports: nobody can have taken those meanwhile.
  public MarmosetProcess restartAnywhere() {
    return new MarmosetProcess(name, directory, flags, ANY_PORT, ANY_PORT);
  }

  private static List<String> command(String name, Path directory, List<String> flags, String http,
      String grpc) {
    var command = new ArrayList<>(program());
    command.addAll(List.of("serve", "--http-address=" + http, "--grpc-address=" + grpc,
        "--tsdb.path=" + directory.resolve(name + "-data")));
    command.addAll(flags);
    return command;
  }

  /// The words that start the program, as the launcher and the image do, on half of a small task's memory. A command
  /// follows.
  public static List<String> program() {
    return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
        "-Xmx256m", "@" + jar().resolveSibling("../jvm.options").normalize(), "-jar", jar().toString());
  }

  private static Path jar() {
    String path = System.getProperty(JAR_PROPERTY, "");
    if (path.isEmpty() || !Files.isRegularFile(Path.of(path))) {
      throw new IllegalStateException("starting Marmoset: -D" + JAR_PROPERTY + "='" + path
          + "' names no jar; the integration-test phase of server/pom.xml sets it");
    }
    return Path.of(path).toAbsolutePath();
  }

  /// Behind TLS its own word is taken, because nobody here knows the authority.
  private void awaitReady() {
    if (flags.stream().noneMatch(flag -> flag.startsWith("--http.config="))) {
      process.awaitReady(uri("/-/ready"), START);
      return;
    }
    var ready = Pattern.compile("(?m)^.*\\bmsg=\"?readiness\\b.*\\bready=true\\b");
    boolean _ = process.awaitLogged("that it is ready", START,
        text -> Optional.of(ready.matcher(text).find()).filter(found -> found));
  }

  private String awaitAddress(String component) {
    var line = Pattern.compile("(?m)^(?=.*\\bmsg=\"?listening\\b)(?=.*\\bcomponent=" + component
        + "\\b).*\\baddress=\"?(127\\.0\\.0\\.1:\\d+)");
    return process.awaitLogged("where " + component + " listens", START, text -> {
      var found = line.matcher(text);
      return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    });
  }

  /// A URL on its HTTP listener.
  ///
  /// @param path starts with `/`
  public URI uri(String path) {
    return URI.create("http://" + httpAddress + path);
  }

  /// Host and port of its HTTP listener.
  public String httpAddress() {
    return httpAddress;
  }

  /// Host and port of its gRPC listener.
  public String grpcAddress() {
    return grpcAddress;
  }

  /// SIGKILL. Returns when the process is gone.
  public void kill() {
    process.kill();
  }

  /// For error texts.
  public PeerProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }
}
