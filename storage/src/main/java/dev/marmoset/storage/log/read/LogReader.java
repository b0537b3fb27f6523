package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.log.entry.LogVisitor;
import java.io.IOException;

/// Reads segments, each alone: in any order, by as many threads as the caller likes. Nothing is ever written or deleted.
public final class LogReader {
  private final FileSystem files;

  /// A reader of the logs on a volume.
  public LogReader(FileSystem files) {
    this.files = files;
  }

  /// Delivers what a segment holds.
  ///
  /// A file that cannot be read is opened anew once (an NFS handle may be stale); then it counts as damaged. What was
  /// delivered before an end of any kind is valid.
  public SegmentOutcome read(LogSegmentFile segment, LogVisitor visitor) {
    try (var reader = new SegmentReader(segment)) {
      try {
        return readOn(reader, segment, visitor);
      } catch (IOException _) {
        return again(reader, segment, visitor);
      }
    }
  }

  private SegmentOutcome again(SegmentReader reader, LogSegmentFile segment, LogVisitor visitor) {
    try {
      return readOn(reader, segment, visitor);
    } catch (IOException e) {
      return new SegmentOutcome.Damaged(reader.counts(), "reading " + segment.path() + ": " + e);
    }
  }

  private SegmentOutcome readOn(SegmentReader reader, LogSegmentFile segment, LogVisitor visitor)
      throws IOException {
    try (var file = files.open(segment.path())) {
      return reader.readOn(file, visitor);
    }
  }
}
