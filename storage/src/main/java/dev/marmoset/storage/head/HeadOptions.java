package dev.marmoset.storage.head;

import java.nio.file.Path;

/// How a head is set up.
///
/// @param scratch          existing, empty directory on a node-local disk for rebuildable data
/// @param acceptanceWindow W, ms: how old a sample may be
/// @param maxSeries        series the head may hold; 0 = as many as ids allow
/// @param offHeapBytes     off-heap memory of the head. Near it full segments of open chunks go to scratch; at it no
///                         series is created any more
/// @param maxExemplars     exemplars the head keeps, the latest by arrival; 0 = none
public record HeadOptions(Path scratch, long acceptanceWindow, long maxSeries, long offHeapBytes,
    int maxExemplars) {
  /// How far a sample may be ahead of the store's clock, ms (facts: Prometheus' write handler uses the same 10 min).
  public static final long MAX_AHEAD_MS = 600_000;

  /// Largest bound of exemplars: some 2 GiB of heap.
  public static final int MAX_EXEMPLARS = 10_000_000;
  /// Metric families of which metadata is kept: a large Prometheus has some 20,000.
  public static final int MAX_METADATA = 1 << 16;

  /// Checks the numbers.
  public HeadOptions {
    if (acceptanceWindow <= 0 || maxSeries < 0 || offHeapBytes < 0
        || maxExemplars < 0 || maxExemplars > MAX_EXEMPLARS) {
      throw new IllegalArgumentException(
          "head with acceptance window " + acceptanceWindow + " ms, at most " + maxSeries
              + " series, " + offHeapBytes + " B off-heap and at most " + maxExemplars + " exemplars");
    }
  }
}
