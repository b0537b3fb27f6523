package dev.marmoset.storage.log;

import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import java.util.Random;

/// Samples like those of node_exporters, by the mix of the performance design (W1): constants 54 %, CPU seconds 14.5 %,
/// integer counters 11 %, rare counters 9 %, memory gauges 7.6 %, others; 5 % of the scrapes are off by up to 4 ms.
public final class NodeLikeData {
  /// Series of one host.
  public static final int SERIES_PER_HOST = 1119;
  /// Between two scrapes of a host.
  public static final long SCRAPE_MILLIS = 15_000;

  private enum Kind {
    CONSTANT, CPU_SECONDS, COUNTER, RARE_COUNTER, MEMORY, DECIMAL
  }

  private final Random random = new Random(11);
  private final Kind[] kinds;
  private final double[] values;
  private final double[] rates;
  private final int[] offsets;

  /// The series of so many hosts.
  public NodeLikeData(int hosts) {
    kinds = new Kind[hosts * SERIES_PER_HOST];
    values = new double[kinds.length];
    rates = new double[kinds.length];
    offsets = random.ints(hosts, 0, (int) SCRAPE_MILLIS).toArray();
    for (int i = 0; i < kinds.length; i++) {
      kinds[i] = kind(i % SERIES_PER_HOST * 1000 / SERIES_PER_HOST);
      rates[i] = Math.exp(5 + 2.5 * random.nextGaussian());
      values[i] = switch (kinds[i]) {
        case CONSTANT -> random.nextInt(4) == 0 ? random.nextInt(100_000) : random.nextInt(2);
        case CPU_SECONDS, DECIMAL -> random.nextInt(10_000_000) / 100.0;
        case COUNTER -> Math.floor(rates[i] * random.nextInt(1_000_000));
        case RARE_COUNTER -> random.nextInt(100_000);
        case MEMORY -> 4096.0 * random.nextInt(4_000_000);
      };
    }
  }

  private static Kind kind(int perMille) {
    if (perMille < 540) {
      return Kind.CONSTANT;
    }
    if (perMille < 685) {
      return Kind.CPU_SECONDS;
    }
    if (perMille < 795) {
      return Kind.COUNTER;
    }
    if (perMille < 885) {
      return Kind.RARE_COUNTER;
    }
    return perMille < 961 ? Kind.MEMORY : Kind.DECIMAL;
  }

  int hosts() {
    return offsets.length;
  }

  int series() {
    return kinds.length;
  }

  /// When in its scrape interval a host is scraped, ms.
  public int offset(int host) {
    return offsets[host];
  }

  /// Adds one scrape of a host.
  public void scrape(int host, long start, LogBatch batch) {
    long t = start + offsets[host] + (random.nextInt(20) == 0 ? random.nextInt(9) - 4 : 0);
    int first = host * SERIES_PER_HOST;
    for (int i = first; i < first + SERIES_PER_HOST; i++) {
      values[i] = next(i);
      batch.add(i, t, Double.doubleToRawLongBits(values[i]));
    }
  }

  private double next(int i) {
    double value = values[i];
    return switch (kinds[i]) {
      case CONSTANT -> value;
      case CPU_SECONDS -> Math.rint((value + 15 * random.nextDouble()) * 100) / 100;
      case COUNTER -> value + Math.rint(rates[i] * (0.8 + 0.4 * random.nextDouble()));
      case RARE_COUNTER -> random.nextDouble() < 0.05 ? value + 1 + random.nextInt(4) : value;
      case MEMORY -> random.nextDouble() < 0.7
          ? Math.abs(value + 4096.0 * Math.rint((random.nextDouble() - 0.5) * 2000))
          : value;
      case DECIMAL -> Math.abs(Math.rint((value + random.nextDouble() - 0.5) * 100) / 100);
    };
  }

  /// Labels of a series.
  public static Labels labels(int series) {
    int host = series / SERIES_PER_HOST;
    int metric = series % SERIES_PER_HOST;
    return Labels.of("__name__", "node_subsystem_field" + metric / 4 + "_total", "cluster", "prod-eu-west-1a",
        "environment", "production", "instance", "10.0." + host / 100 + "." + host % 100 + ":9100", "job",
        "node-exporter", "nodegroup", "workers-" + host % 12, "region", "eu-west-1", "team", "platform",
        "device",
        "dev" + metric % 4);
  }
}
