package dev.marmoset.storage.log.entry;

import dev.marmoset.storage.io.Ulid;

/// A place in a log: everything before it has been written or consumed.
///
/// @param incarnation the log
/// @param segment     number of the segment
/// @param offset      bytes from the beginning of the segment's file, behind a record
public record LogPosition(Ulid incarnation, long segment, long offset) implements Comparable<LogPosition> {
  /// By log, then segment, then offset.
  @Override
  public int compareTo(LogPosition other) {
    int order = incarnation.compareTo(other.incarnation);
    if (order == 0) {
      order = Long.compare(segment, other.segment);
    }
    return order != 0 ? order : Long.compare(offset, other.offset);
  }
}
