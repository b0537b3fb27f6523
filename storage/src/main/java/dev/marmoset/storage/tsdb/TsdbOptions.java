package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.window.WindowOptions;
import java.nio.file.Path;
import java.time.Duration;

/// How a store is set up.
///
/// @param data             data directory on the volume; created when it does not exist
/// @param scratch          directory on a node-local disk for rebuildable data; its content is deleted at the start
/// @param version          version of the program, written into the log for the curious
/// @param commitInterval   shortest time between two commits of the log
/// @param maxSeries        series the store may hold; 0 = no limit
/// @param offHeapBytes     off-heap memory of the head; near it open chunks go to scratch, at it new series are refused
/// @param maxExemplars     exemplars that are kept, the latest by arrival; 0 = none
/// @param network          whether the volume is a network file system: blocks are then not mapped into memory
/// @param windows          how windows are kept
public record TsdbOptions(Path data, Path scratch, String version, Duration commitInterval, long maxSeries,
    long offHeapBytes, int maxExemplars, boolean network, WindowOptions windows) {
  /// Shortest acceptance window: a sender's retry after a short outage must still be taken.
  public static final Duration MIN_ACCEPTANCE_WINDOW = Duration.ofMinutes(5);

  /// Checks the acceptance window.
  public TsdbOptions {
    Duration acceptanceWindow = windows.acceptanceWindow();
    if (acceptanceWindow.compareTo(MIN_ACCEPTANCE_WINDOW) < 0) {
      throw new IllegalArgumentException(
          "acceptance window of " + acceptanceWindow + " is shorter than " + MIN_ACCEPTANCE_WINDOW);
    }
  }

  /// W: how old a sample may be.
  public Duration acceptanceWindow() {
    return windows.acceptanceWindow();
  }
}
