package dev.marmoset.bench;

import dev.marmoset.bench.RequestEncoder.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Several Marmosets that differ in one thing, under the same bodies, a second each in turn.
///
/// On a machine whose neighbours come and go, a run of a minute says little about another one a minute later. Here the
/// servers stand side by side, idle but for the one whose turn it is, and what is reported is the median of the ratios
/// of neighbouring turns. `bench/paired` starts it and explains the options.
public final class Paired {
  /// Ports of a server: its own, and the second after it.
  private static final int PORTS = 3;

  private final Map<String, String> options = new HashMap<>();
  private final int series;
  private final int version;
  private final int warmUp;
  private final int turns;
  private final int turn;

  private Paired(String[] arguments) {
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      options.put(parts[0], parts[1]);
    }
    series = number("series", 100_000);
    version = number("version", 1);
    warmUp = number("warmup", 100);
    turns = number("turns", 40);
    turn = number("turn", 4);
  }

  private int number(String name, int otherwise) {
    return Integer.parseInt(options.getOrDefault(name, Integer.toString(otherwise)));
  }

  /// See the type.
  public static void main(String[] arguments) throws Exception {
    new Paired(arguments).run();
  }

  /// A server of the comparison.
  ///
  /// @param words      JVM flags, and flags of Marmoset behind `--`
  /// @param credential what its senders show
  record Variant(String name, Path jar, List<String> words, HttpConnection.Credential credential) {}

  private record Running(Variant variant, int port, RunningServer server, LoadGenerator load,
      double[] perMillion) {}

  private List<Variant> variants(Path directory) throws IOException {
    Path own = Path.of(options.getOrDefault("jar", "server/target/marmoset.jar"));
    String jars = options.getOrDefault("jars", "");
    if (jars.isEmpty()) {
      return Gates.variants(own, directory);
    }
    return Arrays.stream(jars.split(",")).map(Path::of)
        .map(jar -> new Variant(jar.toString(), jar, Gates.WORDS, HttpConnection.Credential.NONE)).toList();
  }

  private void run() throws Exception {
    // One of its own: it is deleted with all that is in it.
    Path directory = Files.createTempDirectory(Path.of(options.getOrDefault("directory", "/tmp")), "paired");
    int scrapes = warmUp + turns * turn;
    long begin = System.currentTimeMillis() - (scrapes + 2) * SeriesFixtures.SCRAPE_MS;
    Path bodies = directory.resolve("bodies");
    RequestFile.write(bodies,
        new RequestEncoder(new SeriesFixtures(series), version, Order.IN_ORDER, begin), series, 0, scrapes);
    var all = new ArrayList<Running>();
    try (RequestFile file = RequestFile.open(bodies)) {
      for (Variant variant : variants(directory)) {
        all.add(start(variant, Peer.WRITE_PORT + PORTS * all.size(), directory, file));
      }
      for (Running one : all) {
        send(one, 0, warmUp);
      }
      for (int i = 0; i < turns; i++) {
        for (int j = 0; j < all.size(); j++) {
          Running one = all.get((i + j) % all.size());
          one.perMillion[i] = send(one, warmUp + i * turn, warmUp + (i + 1) * turn);
        }
      }
      report(all);
    } finally {
      for (Running one : all) {
        one.server.close();
      }
      SideBySide.deleteAll(directory);
    }
  }

  private Running start(Variant variant, int port, Path directory, RequestFile file) throws Exception {
    Path own = Files.createDirectory(directory.resolve(Integer.toString(port)));
    var server = new RunningServer(Peer.MARMOSET, port, own, List.of(),
        Peer.marmoset(own, variant.jar, variant.words, port));
    var load = new LoadGenerator(file, RequestEncoder.requestsPerScrape(series), number("connections", 32),
        variant.credential);
    return new Running(variant, port, server, load, new double[turns]);
  }

  /// CPU-seconds per million samples of the scrapes `from` to `to`.
  private double send(Running one, int from, int to) throws IOException {
    double before = one.server.usage().cpuSeconds();
    one.load.send(one.port, Peer.MARMOSET.path(), version, from, to, 0);
    return (one.server.usage().cpuSeconds() - before) * 1e6 / ((long) series * (to - from));
  }

  private void report(List<Running> all) {
    System.out.printf(
        "# %d series, remote write %d, %d turns of %d scrapes behind %d; median and quartiles%n", series,
        version, turns, turn, warmUp);
    for (Running one : all) {
      double[] ratios = new double[turns];
      for (int i = 0; i < turns; i++) {
        ratios[i] = one.perMillion[i] / all.getFirst().perMillion[i];
      }
      System.out.printf("%-40s CPU-s/M %s, of the first %s; refused %d retried %d %s%n", one.variant.name,
          quartiles(one.perMillion), quartiles(ratios), one.load.refused(), one.load.retried(),
          one.load.refusal().lines().findFirst().orElse(""));
    }
  }

  private static String quartiles(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    return "%.3f (%.3f to %.3f)".formatted(sorted[last / 2], sorted[last / 4], sorted[last * 3 / 4]);
  }
}
