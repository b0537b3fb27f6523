package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.head.HeadReplay;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.LogTail.Segment;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.SegmentOutcome;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Reads from the logs once more what the head has of a window and a block of somebody else's does not: the few samples
/// that came while the block was being decided on. Used by one thread.
final class SecondReading {
  private final FileSystem files;
  private final Path data;
  private final LogWriter own;
  private final Following following;
  private final Head head;

  SecondReading(FileSystem files, Path data, LogWriter own, Following following, Head head) {
    this.files = files;
    this.data = data;
    this.own = own;
    this.following = following;
    this.head = head;
  }

  /// Puts the samples of a window at positions in (from, to] of each log into the head once more.
  ///
  /// @param start of the window, ms
  /// @throws IOException if one of them cannot be read any more; some may be in the head, where they do no harm
  void read(long start, CoveredPositions from, CoveredPositions to) throws IOException {
    WindowCoverage rest = (window, log, segment, end) -> window != start || from.covers(log, segment, end);
    for (LogPosition end : to.positions()) {
      if (!from.covers(end)) {
        for (LogSegmentFile segment : upTo(end, rest)) {
          read(segment, rest);
        }
      }
    }
  }

  /// The segments with such samples up to a position, of which the last one ends there.
  private List<LogSegmentFile> upTo(LogPosition end, WindowCoverage rest) {
    var wanted = new ArrayList<LogSegmentFile>();
    for (Segment segment : segments(end.incarnation())) {
      if (segment.file().number() < end.segment() && !segment.isCoveredBy(rest)) {
        wanted.add(segment.file());
      }
    }
    Path last = LogFiles.log(data, end.incarnation()).resolve(LogFiles.segment(end.segment()));
    wanted.add(
        new LogSegmentFile(last, end.incarnation(), end.segment(), OptionalLong.of(end.offset()), false));
    return wanted;
  }

  private List<Segment> segments(Ulid log) {
    if (log.equals(own.position().incarnation())) {
      return own.rolled();
    }
    return following.logs().stream().filter(view -> view.incarnation().equals(log))
        .flatMap(view -> view.segments().stream()).toList();
  }

  private void read(LogSegmentFile segment, WindowCoverage rest) throws IOException {
    SegmentOutcome outcome;
    var observed = new SegmentObservation(segment.incarnation(), segment.number());
    try (var replay = new HeadReplay(head, 0, observed, rest, this::apply)) {
      outcome = new LogReader(files).read(segment, replay);
      replay.finish();
    }
    if (!(outcome instanceof SegmentOutcome.Complete)) {
      throw new IOException("reading " + segment.path() + " once more up to "
          + segment.end().orElse(Long.MAX_VALUE) + ": " + outcome);
    }
  }

  private LogBatch apply(LogBatch batch) {
    head.applyAgain(batch);
    batch.clear();
    return batch;
  }
}
