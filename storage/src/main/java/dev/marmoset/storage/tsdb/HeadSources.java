package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.log.read.WindowCoverage;
import dev.marmoset.storage.window.register.RegisteredCoverage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// From where the head has the samples of each window: decides which of them are left out because they lie in blocks, and
/// remembers how far into each log the others reach. Thread-safe.
///
/// Whoever reads a log asks here before the samples go to the head. So no sample of a window that the head has of
/// somebody else's log lies behind what [#taken] says after that.
final class HeadSources implements WindowCoverage {
  private volatile WindowCoverage inBlocks = WindowCoverage.NOTHING;
  private final Map<Long, Map<Ulid, LogPosition>> taken = new ConcurrentHashMap<>();

  /// Leaves out from now on what lies in these blocks, which are being served.
  void leaveOut(RegisteredCoverage coverage) {
    inBlocks = coverage;
    taken.keySet().removeIf(coverage::isClosed);
  }

  @Override
  public boolean covers(long windowStart, Ulid incarnation, long segment, long recordEnd) {
    if (inBlocks.covers(windowStart, incarnation, segment, recordEnd)) {
      return true;
    }
    taken.computeIfAbsent(windowStart, _ -> new ConcurrentHashMap<>()).merge(incarnation,
        new LogPosition(incarnation, segment, recordEnd), (a, b) -> a.compareTo(b) >= 0 ? a : b);
    return false;
  }

  /// Behind which position of each log of others the head has no sample of a window.
  ///
  /// @param windowStart first time of the window, ms
  CoveredPositions taken(long windowStart) {
    Map<Ulid, LogPosition> ends = taken.get(windowStart);
    return ends == null ? CoveredPositions.NONE : CoveredPositions.of(ends.values());
  }
}
