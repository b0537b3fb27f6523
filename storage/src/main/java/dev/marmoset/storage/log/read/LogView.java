package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import java.util.List;
import java.util.Optional;

/// What this process knows of one log at one moment. Immutable; a position says that everything before it is in the head
/// or was left out because it lies in blocks.
///
/// @param incarnation the log
/// @param status      how far it is known; of a SEALED or GONE one everything is consumed
/// @param consumed    up to where it was read
/// @param intact      up to where nothing of it is missing: before the first damage
/// @param floor       latest floor, ms; [Long#MIN_VALUE] while it is unknown
/// @param window      acceptance window W of its owner, ms
/// @param damaged     whether a part of it could not be read
/// @param live        whether it was seen to grow within the lease
/// @param told        what its owner told last
/// @param segments    the segments that exist, ascending; the last one may grow while the log is OPEN
public record LogView(Ulid incarnation, LogTail.Status status, LogPosition consumed, LogPosition intact,
    long floor, long window,
    boolean damaged, boolean live, Optional<LogState> told, List<LogTail.Segment> segments) {
  /// Copies the segments.
  public LogView {
    segments = List.copyOf(segments);
  }

  /// Whether the log has ended and was read to its end.
  public boolean isFinished() {
    return status == LogTail.Status.SEALED || status == LogTail.Status.GONE;
  }

  /// Whether nothing before `end`, ms, can come from this log any more and all of it is consumed: the log's part in
  /// closing a window.
  public boolean isPast(long end) {
    return isFinished() || status == LogTail.Status.OPEN && floor != Long.MIN_VALUE && floor - window >= end;
  }
}
