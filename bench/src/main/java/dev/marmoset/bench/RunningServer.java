package dev.marmoset.bench;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A server process on the first core, and thanos-query in front of it where samples have to be counted through the
/// StoreAPI.
final class RunningServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration ACCEPT = Duration.ofSeconds(30);
  private static final Pattern RESULT = Pattern.compile("\"value\":\\[[^,]+,\"([0-9.e+]+)\"\\]");
  /// Below this share of a core over a second a server counts as quiet.
  private static final double QUIET = 0.03;
  private static final int MOST_SECONDS_TO_SETTLE = 60;

  private final Peer peer;
  private final Path directory;
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();

  /// Starts it and waits until it is ready.
  ///
  /// @param prefix words before its command, such as what puts it into a control group
  RunningServer(Peer peer, Path directory, List<String> prefix, List<String> command)
      throws IOException, InterruptedException {
    this(peer, peer.httpPort(), directory, prefix, command);
  }

  /// Starts it and waits until it is ready.
  ///
  /// @param port   of its health page
  /// @param prefix words before its command
  RunningServer(Peer peer, int port, Path directory, List<String> prefix, List<String> command)
      throws IOException, InterruptedException {
    this.peer = peer;
    this.directory = directory;
    var words = new ArrayList<>(prefix);
    words.addAll(List.of("taskset", "-c", "0"));
    words.addAll(command);
    var builder =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
    builder.environment().put("GOMAXPROCS", "1");
    process = builder.start();
    awaitReady(port, peer.ready());
  }

  /// What it has used so far.
  ProcessUsage usage() throws IOException {
    return ProcessUsage.of(process.pid());
  }

  boolean alive() {
    return process.isAlive();
  }

  /// Waits until background work is done and answers what it has used then.
  ProcessUsage settled() throws IOException, InterruptedException {
    ProcessUsage before = usage();
    int quiet = 0;
    for (int i = 0; i < MOST_SECONDS_TO_SETTLE && quiet < 3; i++) {
      Thread.sleep(1000);
      ProcessUsage now = usage();
      quiet = now.cpuSeconds() - before.cpuSeconds() < QUIET ? quiet + 1 : 0;
      before = now;
    }
    return before;
  }

  /// Samples of the workload that can be read back.
  ///
  /// @param metrics their names
  /// @param seconds how far back from `end` (s since the epoch)
  long count(List<String> metrics, long seconds, long end) throws IOException, InterruptedException {
    if (!peer.storeApi()) {
      return count(Peer.WRITE_PORT, metrics, seconds, end);
    }
    int port = Peer.HTTP_PORT + 10;
    var query = new ProcessBuilder(Peer.binary("thanos"), "query", "--http-address=127.0.0.1:" + port,
        "--grpc-address=127.0.0.1:" + (port + 1), "--endpoint=127.0.0.1:" + Peer.GRPC_PORT,
        "--query.replica-label=marmoset_replica", "--query.timeout=10m").redirectErrorStream(true)
        .redirectOutput(directory.resolve("query.log").toFile()).start();
    try {
      awaitReady(port, "/-/ready");
      return count(port, metrics, seconds, end);
    } finally {
      query.destroyForcibly().waitFor();
    }
  }

  private long count(int port, List<String> metrics, long seconds, long end)
      throws IOException, InterruptedException {
    // A querier needs seconds to accept a store, and answers that there is nothing until then.
    long deadline = System.nanoTime() + ACCEPT.toNanos();
    OptionalLong first = count(port, metrics.getFirst(), seconds, end);
    while (first.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(1000);
      first = count(port, metrics.getFirst(), seconds, end);
    }
    long sum = first.orElse(0);
    for (String metric : metrics.subList(1, first.isEmpty() ? 1 : metrics.size())) {
      sum += count(port, metric, seconds, end).orElse(0);
    }
    return sum;
  }

  private OptionalLong count(int port, String metric, long seconds, long end)
      throws IOException, InterruptedException {
    String promql = "sum(count_over_time(" + metric + "[" + seconds + "s]))";
    var uri =
        URI.create("http://127.0.0.1:" + port + "/api/v1/query?nocache=1&timeout=10m&time=" + end + "&query="
            + URLEncoder.encode(promql, StandardCharsets.UTF_8));
    String said = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    var matcher = RESULT.matcher(said);
    if (matcher.find()) {
      return OptionalLong.of((long) Double.parseDouble(matcher.group(1)));
    }
    if (said.contains("\"error\"")) {
      System.out.println("# " + peer + " answered the count of " + metric + " with " + said.strip());
    }
    return OptionalLong.empty();
  }

  private void awaitReady(int port, String path) throws InterruptedException, IOException {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      try {
        if (http.send(request, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException _) {
        // Not listening yet.
      }
      Thread.sleep(20);
    }
    throw new IOException(peer + " is not ready; see " + directory.resolve("log"));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      boolean _ = process.waitFor(30, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
