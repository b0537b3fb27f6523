package dev.marmoset.storage.head;

import java.nio.file.Path;

/// How a head is set up.
///
/// @param scratch          existing, empty directory on a node-local disk for rebuildable data
/// @param acceptanceWindow W, ms: how old a sample may be
/// @param maxSeries        series the head may hold; 0 = as many as ids allow
/// @param offHeapBytes     off-heap memory of the head. Near it full segments of open chunks go to scratch; at it no
///                         series is created any more
public record HeadOptions(Path scratch, long acceptanceWindow, long maxSeries, long offHeapBytes) {
  /// How far a sample may be ahead of the store's clock, ms (facts: Prometheus' write handler uses the same 10 min).
  public static final long MAX_AHEAD_MS = 600_000;

  /// Checks the numbers.
  public HeadOptions {
    if (acceptanceWindow <= 0 || maxSeries < 0 || offHeapBytes < 0) {
      throw new IllegalArgumentException(
          "head with acceptance window " + acceptanceWindow + " ms, at most " + maxSeries
              + " series and " + offHeapBytes + " B off-heap");
    }
  }
}
