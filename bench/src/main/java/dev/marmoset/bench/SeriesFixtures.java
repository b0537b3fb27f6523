package dev.marmoset.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

/// The series and samples of a fleet of hosts that run node_exporter, scraped every 15 s: workload W1.
///
/// 1,119 series per host, nine labels, 232 bytes of labels per series in a 1.0 body. Shares of values: constants 54 %,
/// CPU seconds 14.5 %, integer counters 11 %, rare counters 9 %, memory gauges 7.6 %, decimal gauges the rest. A host is
/// scraped at its own offset; one scrape in twenty is off by up to 4 ms.
///
/// Everything is a function of the numbers of series and scrape, but values go on from the value before: ask for the
/// scrapes of a series one by one. Distinct series may be asked for by distinct threads.
public final class SeriesFixtures {
  /// Series of one host.
  public static final int SERIES_PER_HOST = 1119;
  /// Time between two scrapes, ms.
  public static final long SCRAPE_MS = 15_000;

  /// Position of the instance's value among names and values.
  static final int INSTANCE = 9;
  private static final int HOST_DIGITS = 6;
  private static final String INSTANCE_PREFIX = "ip-";
  private static final int JITTER_MS = 4;
  /// Upper bounds of the shares, in 1/1000 of a host's series.
  private static final int CONSTANTS = 540;
  private static final int CPU_SECONDS = 685;
  private static final int COUNTERS = 795;
  private static final int RARE_COUNTERS = 885;
  private static final int MEMORY = 961;

  private final double[] values;
  private final float[] rates;

  /// @param series how many; the last host may have fewer than the others
  public SeriesFixtures(int series) {
    values = new double[series];
    rates = new float[series];
    for (int i = 0; i < series; i++) {
      rates[i] = (float) Math.exp(2 + 6 * uniform(i, -1));
      values[i] = first(i);
    }
  }

  /// Number of series.
  public int series() {
    return values.length;
  }

  /// Names and values of the labels of a series, one after the other, sorted by name.
  public static String[] labels(int series) {
    int metric = series % SERIES_PER_HOST;
    int part = metric % 8;
    return new String[] {"__name__", "node_subsystem%03d_operations_seconds_total".formatted(metric / 8),
      "cluster",
      "eu-west-1-production", "device", "dev" + part / 4, "environment", "production", "instance",
      instance(series / SERIES_PER_HOST), "job", "node-exporter", "mode", "mode" + part % 4, "region",
      "eu-west-1", "team",
      "platform"};
  }

  static String instance(int host) {
    return INSTANCE_PREFIX + "%06d.eu-west-1.compute.internal:9100".formatted(host);
  }

  /// Writes the number of the host over the one in a copy of another host's instance label.
  ///
  /// @param at where the instance begins
  static void patchHost(byte[] target, int at, int host) {
    int rest = host;
    for (int i = HOST_DIGITS - 1; i >= 0; i--) {
      target[at + INSTANCE_PREFIX.length() + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /// The instance of host 0, which [#patchHost] makes that of another.
  static byte[] firstInstance() {
    return instance(0).getBytes(UTF_8);
  }

  /// Time of a scrape, ms after the beginning of scrape 0.
  public static long offset(int series, int scrape) {
    int host = series / SERIES_PER_HOST;
    long begin = (long) scrape * SCRAPE_MS + (long) (uniform(host, -2) * SCRAPE_MS);
    boolean jittered = uniform(host, scrape) < 0.05;
    return jittered ? begin + (long) (uniform(host, ~scrape) * (2 * JITTER_MS + 1)) - JITTER_MS : begin;
  }

  /// Raw bits of the next value of a series, which is that of this scrape.
  public long nextBits(int series, int scrape) {
    double value = next(series, scrape);
    values[series] = value;
    return Double.doubleToRawLongBits(value);
  }

  private double first(int i) {
    double u = uniform(i, -3);
    int share = share(i);
    if (share < CONSTANTS) {
      return u < 0.25 ? Math.floor(u * 400_000) : u < 0.6 ? 0 : 1;
    } else if (share < CPU_SECONDS) {
      return cents(u * 100_000);
    } else if (share < COUNTERS) {
      return Math.floor(rates[i] * u * 1_000_000);
    } else if (share < RARE_COUNTERS) {
      return Math.floor(u * 100_000);
    }
    return share < MEMORY ? 4096.0 * Math.floor(u * 4_000_000) : cents(u * 100);
  }

  private double next(int i, int scrape) {
    double value = values[i];
    int share = share(i);
    if (share < CONSTANTS) {
      return value;
    }
    double u = uniform(i, scrape);
    if (share < CPU_SECONDS) {
      return cents(value + 15 * u);
    } else if (share < COUNTERS) {
      return value + Math.rint(rates[i] * (0.8 + 0.4 * u));
    } else if (share < RARE_COUNTERS) {
      return u < 0.05 ? value + 1 + Math.floor(u * 80) : value;
    } else if (share < MEMORY) {
      return u < 0.7 ? Math.abs(value + 4096.0 * Math.rint((u - 0.35) * 2000)) : value;
    }
    return Math.abs(cents(value + u - 0.5));
  }

  private static double cents(double value) {
    return Math.rint(value * 100) / 100;
  }

  private static int share(int series) {
    return series % SERIES_PER_HOST * 1000 / SERIES_PER_HOST;
  }

  /// A number in [0, 1) that depends on both arguments (the finaliser of SplitMix64).
  static double uniform(int a, int b) {
    long z = ((long) a << 32 ^ b & 0xFFFF_FFFFL) * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
  }
}
