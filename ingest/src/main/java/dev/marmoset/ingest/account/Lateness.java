package dev.marmoset.ingest.account;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/// How old late samples are when they arrive, by the store's clock: what tells whether the acceptance window is wide
/// enough. Thread-safe.
///
/// Not a meter of the registry, because those take one value at a time, at the price of a sample's whole way: a request
/// counts its own late samples in a [Counts] and adds them here once.
public final class Lateness {
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 60 * MINUTE_MS;
  /// From a sender's retries to the logs of a CDN, which come within a day, and windows beyond that.
  private static final long[] BOUNDS_MS =
      {MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS,
        8 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS, 48 * HOUR_MS, 7 * 24 * HOUR_MS};

  private final LongAdder[] buckets = new LongAdder[BOUNDS_MS.length + 1];
  private final LongAdder sumMs = new LongAdder();

  /// Nothing counted yet.
  public Lateness() {
    Arrays.setAll(buckets, _ -> new LongAdder());
  }

  /// Late samples of one request. Confined to one thread at a time.
  public static final class Counts {
    private final int[] counts = new int[BOUNDS_MS.length + 1];
    private long ms;

    /// None.
    public Counts() {}

    /// Counts a sample.
    ///
    /// @param ageMs its age on arrival, ms; one of the future has none
    public void add(long ageMs) {
      int bucket = 0;
      while (bucket < BOUNDS_MS.length && ageMs > BOUNDS_MS[bucket]) {
        bucket++;
      }
      counts[bucket]++;
      ms += Math.max(0, ageMs);
    }

    /// Hands what was counted out and begins anew.
    public Counts take() {
      var taken = new Counts();
      System.arraycopy(counts, 0, taken.counts, 0, counts.length);
      taken.ms = ms;
      clear();
      return taken;
    }

    /// Forgets everything.
    public void clear() {
      Arrays.fill(counts, 0);
      ms = 0;
    }
  }

  /// Adds what a request has counted.
  public void add(Counts request) {
    for (int i = 0; i < buckets.length; i++) {
      if (request.counts[i] > 0) {
        buckets[i].add(request.counts[i]);
      }
    }
    sumMs.add(request.ms);
  }

  /// Upper bounds of the buckets, inclusive, in seconds; the last one is infinite.
  public double[] boundsSeconds() {
    double[] bounds = new double[buckets.length];
    Arrays.setAll(bounds, i -> i < BOUNDS_MS.length ? BOUNDS_MS[i] / 1000.0 : Double.POSITIVE_INFINITY);
    return bounds;
  }

  /// How many samples lie in each bucket and in no lower one.
  public long[] counts() {
    return Arrays.stream(buckets).mapToLong(LongAdder::sum).toArray();
  }

  /// Sum of all ages, s.
  public double sumSeconds() {
    return sumMs.sum() / 1000.0;
  }
}
