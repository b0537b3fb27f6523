package dev.marmoset.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/// One process under test or its peer: started, waited for, stopped. Its output goes to `<name>.log` in the test's
/// directory; errors carry the end of it.
///
/// Belongs to the thread that started it.
public final class PeerProcess implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int TAIL_LINES = 40;

  private final String name;
  private final Path log;
  private final long logStart;
  private final Process process;

  private PeerProcess(String name, Path log, long logStart, Process process) {
    this.name = name;
    this.log = log;
    this.logStart = logStart;
    this.process = process;
  }

  /// Starts `command`.
  ///
  /// @param name      of the log file; a second start under the same name appends to it
  /// @param directory working directory, exists
  public static PeerProcess start(String name, List<String> command, Path directory) {
    Path log = directory.resolve(name + ".log");
    var builder = new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // What the machine sets for its own processes must not configure ours.
    builder.environment().keySet().removeIf(key -> key.startsWith("MARMOSET_") || key.startsWith("ECS_"));
    try {
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      return new PeerProcess(name, log, logStart, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("starting " + command, e);
    }
  }

  /// Waits until a GET of `url` is answered with 200.
  ///
  /// @throws IllegalStateException if the process ends first or `deadline` passes; with the end of its log
  public void awaitReady(URI url, Duration deadline) {
    var request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(10)).build();
    try (var http = HttpClient.newHttpClient()) {
      int _ = await(name + " to answer 200 at " + url, deadline, () -> probe(http, request));
    }
  }

  /// Waits for something that `read` finds in the text logged so far.
  ///
  /// @param what for the error text
  /// @throws IllegalStateException if the process ends first or `deadline` passes; with the end of its log
  <T> T awaitLogged(String what, Duration deadline, Function<String, Optional<T>> read) {
    return await(name + " to log " + what, deadline, () -> read.apply(logged()));
  }

  private <T> T await(String what, Duration deadline, Supplier<Optional<T>> probe) {
    return Polling.until(what, deadline, () -> {
      if (!process.isAlive()) {
        throw new IllegalStateException(
            "waiting for " + what + ": it ended with code " + process.exitValue() + ". " + logTail());
      }
      return probe.get();
    }, this::logTail);
  }

  private static Optional<Integer> probe(HttpClient http, HttpRequest request) {
    try {
      int status = http.send(request, BodyHandlers.discarding()).statusCode();
      return status == 200 ? Optional.of(status) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty(); // not listening yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + request.uri(), e);
    }
  }

  /// Number of the process.
  public long pid() {
    return process.pid();
  }

  /// Waits until it ends by itself.
  ///
  /// @return its exit code
  /// @throws IllegalStateException if `deadline` passes
  public int awaitEnd(Duration deadline) {
    return Polling.until(name + " to end", deadline,
        () -> process.isAlive() ? Optional.empty() : Optional.of(process.exitValue()), this::logTail);
  }

  /// SIGKILL: no handler runs, nothing is flushed. Returns when the process is gone.
  public void kill() {
    process.destroyForcibly();
    waitForExit(STOP);
  }

  /// SIGTERM, and SIGKILL for what has not ended after 30 s.
  @Override
  public void close() {
    process.destroy();
    if (!waitForExit(STOP)) {
      System.err.println(name + " did not stop within " + STOP + " of SIGTERM and is killed. " + logTail());
      kill();
    }
  }

  private boolean waitForExit(Duration deadline) {
    try {
      return process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// The last lines it logged, under a heading.
  public String logTail() {
    List<String> lines = logged().lines().toList();
    var tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    return "End of " + log + ":\n" + String.join("\n", tail) + "\n";
  }

  /// What this process logged, without the runs before it.
  private String logged() {
    try (var input = Files.newInputStream(log)) {
      input.skipNBytes(logStart);
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + log, e);
    }
  }
}
