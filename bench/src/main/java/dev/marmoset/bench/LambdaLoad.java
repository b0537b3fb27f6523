package dev.marmoset.bench;

import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.xerial.snappy.Snappy;

/// How many small requests of very many senders does one CPU-second of the server answer?
///
/// `bench/lambda-load` starts it and explains the options. The senders behave as functions that push with npm
/// prometheus-remote-write do: a few dozen series each, labels in the order in which they were written down, a new
/// connection now and then, samples that come up to ten minutes late, and some requests sent twice.
public final class LambdaLoad {
  private static final int SENDERS = 1000;
  private static final int FEWEST_SAMPLES = 5;
  private static final int MOST_SAMPLES = 50;
  private static final int REQUESTS_PER_CONNECTION = 20;
  private static final long MOST_LATE_MS = 600_000;
  private static final double DUPLICATES = 0.05;
  private static final long STEP_MS = 1000;

  private final Map<String, String> options = new HashMap<>();
  private final int rounds;
  private final int requests;
  private final LongAdder samples = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private volatile String refusal = "";

  private LambdaLoad(String[] arguments) {
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      options.put(parts[0], parts[1]);
    }
    rounds = Integer.parseInt(options.getOrDefault("rounds", "6"));
    requests = Integer.parseInt(options.getOrDefault("requests", "40"));
  }

  /// See the type.
  public static void main(String[] arguments) throws Exception {
    new LambdaLoad(arguments).run();
  }

  private void run() throws Exception {
    Path directory = Path.of(options.getOrDefault("directory", "/tmp/lambda-load"));
    deleteAll(directory);
    Files.createDirectories(directory);
    var command =
        Peer.MARMOSET.command(directory, Path.of(options.getOrDefault("jar", "server/target/marmoset.jar")),
            List.of(options.getOrDefault("marmoset", "-XX:+UseSerialGC -Xmx256m").split(" ")));
    try (var server = new RunningServer(Peer.MARMOSET, directory, List.of(), command)) {
      long begin = System.currentTimeMillis() - rounds * requests * STEP_MS;
      for (int round = 0; round < rounds; round++) {
        byte[][][] bodies = encode(begin, round);
        round(server, round, bodies);
      }
      ProcessUsage end = server.usage();
      System.out.printf("# RSS %d MiB, peak %d; written %.1f B/sample; refused %d %s%n", end.rssKib() >> 10,
          end.peakKib() >> 10, (double) end.writtenBytes() / samples.sum(), refused.sum(), refusal);
    } finally {
      deleteAll(directory);
    }
  }

  private void round(RunningServer server, int round, byte[][][] bodies) throws Exception {
    var latencies = new long[SENDERS * requests];
    var next = new AtomicInteger();
    ProcessUsage before = server.usage();
    long begin = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var senders = new ArrayList<Future<?>>();
      for (byte[][] sender : bodies) {
        senders.add(threads.submit(() -> {
          send(sender, latencies, next);
          return null;
        }));
      }
      for (var sender : senders) {
        sender.get();
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    double cpu = server.usage().cpuSeconds() - before.cpuSeconds();
    Arrays.sort(latencies);
    System.out.printf(
        "round %d: %d requests in %.1f s, %.2f CPU-s: %.0f requests per CPU-s, ack ms p50 %.1f p99 %.1f;"
            + " load %s%n",
        round, latencies.length, seconds, cpu, latencies.length / cpu,
        latencies[latencies.length / 2] / 1e6, latencies[latencies.length * 99 / 100] / 1e6,
        Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
  }

  private void send(byte[][] bodies, long[] latencies, AtomicInteger next) throws IOException {
    for (int from = 0; from < bodies.length; from += REQUESTS_PER_CONNECTION) {
      try (var connection =
          new HttpConnection(Peer.WRITE_PORT, Peer.MARMOSET.path(), 1, HttpConnection.Credential.NONE)) {
        for (int i = from; i < Math.min(bodies.length, from + REQUESTS_PER_CONNECTION); i++) {
          long sent = System.nanoTime();
          int status = connection.post(bodies[i], bodies[i].length);
          latencies[next.getAndIncrement()] = System.nanoTime() - sent;
          if (status >= 300) {
            refused.increment();
            refusal = status + " " + connection.text().lines().findFirst().orElse("");
          }
        }
      }
    }
  }

  /// The bodies of a round by sender and request.
  private byte[][][] encode(long begin, int round) throws IOException {
    var bodies = new byte[SENDERS][requests][];
    for (int sender = 0; sender < SENDERS; sender++) {
      var random = new SplittableRandom(sender * 31L + round);
      for (int request = 0; request < requests; request++) {
        bodies[sender][request] =
            request > 0 && random.nextDouble() < DUPLICATES ? bodies[sender][request - 1]
                : encode(sender, random, begin + ((long) round * requests + request) * STEP_MS);
      }
    }
    return bodies;
  }

  private byte[] encode(int sender, SplittableRandom random, long now) throws IOException {
    int count = random.nextInt(FEWEST_SAMPLES, MOST_SAMPLES + 1);
    // Half of the requests are on time, the others late by anything up to the bound.
    long t = now - (random.nextBoolean() ? 0 : random.nextLong(MOST_LATE_MS));
    var request = WriteRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      request.addTimeseries(TimeSeries.newBuilder().addLabels(label("service", "checkout"))
          .addLabels(label("__name__", "response_status_code_total"))
          .addLabels(label("status_code", Integer.toString(200 + i % 5 * 100)))
          .addLabels(label("method", "GET"))
          .addLabels(label("route", "/v1/orders/" + i)).addLabels(label("account_id", "123456789012"))
          .addLabels(label("_environment", "2026/11/21/[$LATEST]" + Integer.toHexString(sender * 7919)))
          .addSamples(Sample.newBuilder().setTimestamp(t).setValue(random.nextInt(1000))));
    }
    samples.add(count);
    return Snappy.compress(request.build().toByteArray());
  }

  private static Label label(String name, String value) {
    return Label.newBuilder().setName(name).setValue(value).build();
  }

  private static void deleteAll(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
