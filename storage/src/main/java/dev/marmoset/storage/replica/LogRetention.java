package dev.marmoset.storage.replica;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Trash;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogTail.Segment;
import dev.marmoset.storage.log.read.LogTail.Status;
import dev.marmoset.storage.log.read.LogView;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes from the volume what blocks have made superfluous: segments of any log, logs that have ended, and what ended
/// processes have left under construction. Confined to one thread; every replica does it, and may be overtaken anywhere.
///
/// | what                                        | goes when                                                              |
/// |---------------------------------------------|------------------------------------------------------------------------|
/// | a segment                                   | each of its windows is covered by readable blocks as far as the segment has samples of it; ascending, never the last one of a log that is not sealed, never one that could not be read |
/// | `logs/<incarnation>/` with only the seal    | an hour after this process first saw the seal                            |
/// | `tmp/<incarnation>/`                        | an hour after this process first saw that the incarnation's log is sealed or not there |
///
/// The seal goes last, because a paused owner that wakes up must find it: it is what its next segment collides with.
public final class LogRetention {
  private static final Logger LOG = LoggerFactory.getLogger(LogRetention.class);
  private static final Duration GRACE = Duration.ofHours(1);

  private final FileSystem files;
  private final Clock clock;
  private final Path data;
  private final Trash trash;
  /// Segments up to this number are gone, by log.
  private final Map<Ulid, Long> deletedUpTo = new HashMap<>();
  /// When an incarnation was first seen to have ended, ns.
  private final Map<Ulid, Long> endedAt = new HashMap<>();
  private final LongAdder deleted = new LongAdder();
  private final LongAdder deletedBytes = new LongAdder();

  /// A retention of the logs below a data directory.
  public LogRetention(FileSystem files, Clock clock, Path data) {
    this.files = files;
    this.clock = clock;
    this.data = data;
    this.trash = new Trash(files, clock, data, GRACE);
  }

  /// Deletes the segments of the own log that are covered.
  ///
  /// @throws IOException if the volume does not allow it; what was not deleted is found again
  public void own(LogWriter log, WindowCoverage coverage) throws IOException {
    for (Segment segment : log.rolled()) {
      if (!segment.isCoveredBy(coverage)) {
        return;
      }
      delete(segment);
      log.deleted(segment);
    }
  }

  /// Deletes what is covered of the logs of others.
  ///
  /// @param logs     what is known of them
  /// @param coverage what lies in blocks that can be read
  /// @throws IOException if the volume does not allow it; what was not deleted is found again
  public void others(List<LogView> logs, WindowCoverage coverage) throws IOException {
    for (LogView log : logs) {
      if (log.status() == Status.OPEN || log.status() == Status.SEALED) {
        segments(log, coverage);
      }
    }
  }

  private void segments(LogView log, WindowCoverage coverage) throws IOException {
    long gone = deletedUpTo.getOrDefault(log.incarnation(), 0L);
    for (Segment segment : log.segments()) {
      if (segment.file().number() <= gone) {
        continue;
      }
      // Without a stated end nobody knows whether all of it was read.
      if (segment.file().last() || segment.file().end().isEmpty() || !segment.isCoveredBy(coverage)) {
        return;
      }
      delete(segment);
      deletedUpTo.put(log.incarnation(), segment.file().number());
    }
  }

  /// The names are made durable one after the other: a power loss must not bring back a gap.
  private void delete(Segment segment) throws IOException {
    Path path = segment.file().path();
    try {
      files.delete(path);
      files.forceDirectory(LogFiles.log(data, segment.file().incarnation()));
      deleted.increment();
      deletedBytes.add(segment.end());
      LOG.info("log segment {} is covered by blocks and deleted", path);
    } catch (NoSuchFileException _) {
      LOG.debug("log segment {} was deleted by another replica", path);
    }
  }

  /// Removes logs that consist of nothing but a seal and directories of ended processes, and empties the trash. To be
  /// called every minute or so.
  ///
  /// @param logs what is known of the logs of others
  /// @throws IOException if the volume does not allow it; what was not removed is found again
  public void directories(Ulid own, List<LogView> logs) throws IOException {
    Set<Ulid> open = new HashSet<>();
    Set<Ulid> followed = new HashSet<>();
    for (LogView log : logs) {
      followed.add(log.incarnation());
      if (!log.isFinished()) {
        open.add(log.incarnation());
      }
    }
    open.add(own);
    Set<Ulid> present = ulids(LogFiles.logs(data));
    present.removeAll(followed);
    // A log that is there and not followed yet may be anything.
    open.addAll(present);
    endedAt.keySet().removeAll(open);
    for (LogView log : logs) {
      if (log.status() == Status.SEALED && hasEndedLongAgo(log.incarnation())) {
        moveSealed(log);
      }
    }
    for (Ulid incarnation : ulids(data.resolve(LogFiles.TEMPORARY))) {
      if (!open.contains(incarnation) && hasEndedLongAgo(incarnation)) {
        trash.move(LogFiles.temporary(data, incarnation), "tmp-" + incarnation);
      }
    }
    trash.step();
  }

  private boolean hasEndedLongAgo(Ulid incarnation) {
    long now = clock.nanos();
    return now - endedAt.computeIfAbsent(incarnation, _ -> now) >= GRACE.toNanos();
  }

  /// The listing is what counts: somebody else may know of segments that this process does not.
  private void moveSealed(LogView log) throws IOException {
    Path directory = LogFiles.log(data, log.incarnation());
    try {
      if (files.list(directory).size() == 1 && trash.move(directory, "log-" + log.incarnation())) {
        LOG.info("log {} is covered by blocks and goes to the trash", log.incarnation());
      }
    } catch (NoSuchFileException _) {
      LOG.debug("log {} was removed by another replica", log.incarnation());
    }
  }

  private Set<Ulid> ulids(Path directory) throws IOException {
    var found = new HashSet<Ulid>();
    try {
      for (String name : files.list(directory)) {
        if (Ulid.isUlid(name)) {
          found.add(Ulid.parse(name));
        }
      }
    } catch (NoSuchFileException _) {
      LOG.debug("{} is not there", directory);
    }
    return found;
  }

  /// Segments deleted by this process. Any thread.
  public long deleted() {
    return deleted.sum();
  }

  /// Bytes of these, as far as they were read. Any thread.
  public long deletedBytes() {
    return deletedBytes.sum();
  }
}
