package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.Ulid;

/// Tells which samples of the logs lie in blocks already, so that whoever reads a log can leave them out. Thread-safe.
@FunctionalInterface
public interface WindowCoverage {
  /// Nothing lies in blocks.
  WindowCoverage NOTHING = (_, _, _, _) -> false;

  /// Whether the samples of a window in one record are in blocks. Asked once per record and change of window.
  ///
  /// @param windowStart start of the window, ms
  /// @param incarnation the log
  /// @param segment     number of the segment
  /// @param recordEnd   where the record ends, bytes from the beginning of the segment's file
  boolean covers(long windowStart, Ulid incarnation, long segment, long recordEnd);
}
