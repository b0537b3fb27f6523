package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.LogTail;
import dev.marmoset.storage.log.read.SegmentOutcome;
import dev.marmoset.storage.log.read.WindowCoverage;
import dev.marmoset.storage.replica.Follower;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replays what lies on the volume into the head: first the logs of other incarnations, oldest first, whose growing ends
/// the follower reads and goes on with; then the own log as far as it has grown meanwhile. Then the gate opens and live groups go to the head directly.
///
/// Segments are decoded in parallel where cores allow, a few batches ahead of the one thread that applies them in order.
/// Memory is bounded: segments are streamed. Damage never stops a start: what precedes it is used, the next segment
/// decodes alone. One thread.
final class Recovery implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final FileSystem files;
  private final Path data;
  private final Ulid own;
  private final Head head;
  private final ReplayGate gate;
  private final Supplier<LogPosition> ownEnd;
  private final Follower follower;
  private final WindowCoverage coverage;
  private final int parallelism;
  private final LongAdder damaged = new LongAdder();
  private volatile ReplayProgress progress = new ReplayProgress(0, 0, 0, 0, 0, false);
  private volatile boolean stopped;

  /// Where the samples go.
  ///
  /// @param coverage which samples lie in blocks and do not go there
  record Into(Head head, ReplayGate gate, WindowCoverage coverage) {}

  /// @param own      incarnation of the log that is being written by this process
  /// @param ownEnd   how far that log is durable
  /// @param follower takes over the logs of others where their replay ends
  Recovery(FileSystem files, Path data, Ulid own, Into into, Supplier<LogPosition> ownEnd,
      Follower follower) {
    this.ownEnd = ownEnd;
    this.follower = follower;
    this.coverage = into.coverage();
    this.parallelism = Runtime.getRuntime().availableProcessors();
    this.files = files;
    this.data = data;
    this.own = own;
    this.head = into.head();
    this.gate = into.gate();
  }

  /// How far the replay is. Thread-safe.
  ReplayProgress progress() {
    return progress;
  }

  /// Segments and logs of which a part could not be read. Thread-safe.
  long damaged() {
    return damaged.sum();
  }

  /// Asks the replay to end early: the store is being closed.
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try {
      replayEarlierLogs();
      catchUpWithOwnLog();
    } catch (IOException e) {
      LOG.atError().setCause(e).log("listing the logs in {}; nothing is served until a restart", data);
    }
  }

  private void replayEarlierLogs() throws IOException {
    LogCatalog catalog = LogCatalog.read(files, data);
    reportDamage(catalog);
    List<LogCatalog.Log> logs =
        catalog.logs().stream().filter(log -> !log.incarnation().equals(own)).toList();
    long bytes = 0;
    long count = 0;
    for (LogCatalog.Log log : logs) {
      for (LogSegmentFile segment : log.segments()) {
        bytes += size(segment);
        count++;
        forceTail(segment);
      }
    }
    progress = new ReplayProgress(count, 0, bytes, 0, 0, false);
    List<LogSegmentFile> ended = logs.stream().flatMap(log -> ended(log).stream()).toList();
    var ahead = new ArrayDeque<SegmentReplay>();
    int started = 0;
    for (LogCatalog.Log log : logs) {
      LogTail tail = follower.adopt(log.incarnation());
      for (LogSegmentFile segment : ended(log)) {
        while (started < ended.size() && ahead.size() < parallelism) {
          ahead.add(SegmentReplay.start(files, ended.get(started++), head, 0, coverage));
        }
        SegmentReplay.Replayed replayed = apply(ahead.remove());
        tail.passOver(segment, replayed.outcome(), replayed.observed());
        advance(1, size(segment), replayed.samples());
      }
      if (!stopped) {
        follower.look(log.incarnation());
      }
      List<LogSegmentFile> growing =
          log.segments().stream().filter(segment -> !ended(log).contains(segment)).toList();
      advance(growing.size(), growing.stream().mapToLong(this::size).sum(), tail.samples());
    }
  }

  /// The segments of a log that do not grow any more; the last one of a log that may grow is left to the follower, which
  /// goes on with it.
  private static List<LogSegmentFile> ended(LogCatalog.Log log) {
    return log.segments().stream().filter(segment -> !segment.last()).toList();
  }

  private void advance(long segments, long bytes, long samples) {
    ReplayProgress before = progress;
    progress = new ReplayProgress(before.segments(), before.segmentsDone() + segments, before.bytes(),
        before.bytesDone() + bytes, before.samples() + samples, false);
  }

  /// What a killed process had written but not forced is read from the page cache. A retry of such a sample is answered
  /// "same again", so it must be as durable as that answer says.
  private void forceTail(LogSegmentFile segment) {
    if (segment.end().isEmpty()) {
      try {
        files.force(segment.path());
      } catch (IOException e) {
        damaged.increment();
        LOG.atError().setCause(e).log("forcing {} before it is read: its last samples may not be durable",
            segment.path());
      }
    }
  }

  /// The own log grows while it is being read; it ends when everything that was held back has been read.
  private void catchUpWithOwnLog() throws IOException {
    long applied = 0;
    while (!stopped && !gate.openAfter(applied)) {
      long met = 0;
      LogPosition durable = ownEnd.get();
      for (LogSegmentFile segment : LogCatalog.read(files, data).segments()) {
        if (segment.incarnation().equals(own) && segment.number() <= durable.segment()) {
          met += apply(SegmentReplay.start(files, upTo(durable, segment), head, Math.max(0, applied - met),
              WindowCoverage.NOTHING)).samples();
        }
      }
      applied = met;
    }
    ReplayProgress before = progress;
    progress =
        new ReplayProgress(before.segments(), before.segmentsDone(), before.bytes(), before.bytesDone(),
            before.samples() + applied, !stopped);
  }

  /// Bytes behind what is durable may never become so: they are left for the next round.
  private static LogSegmentFile upTo(LogPosition durable, LogSegmentFile segment) {
    return segment.number() < durable.segment() ? segment
        : new LogSegmentFile(segment.path(), segment.incarnation(),
            segment.number(), OptionalLong.of(durable.offset()), segment.last());
  }

  /// Applies what a segment holds.
  private SegmentReplay.Replayed apply(SegmentReplay replay) {
    SegmentReplay.Replayed replayed = replay.applyTo(head, () -> stopped);
    LogSegmentFile segment = replayed.segment();
    switch (replayed.outcome()) {
      case SegmentOutcome.Complete _ -> LOG.debug("replayed {}", segment.path());
      case SegmentOutcome.TornTail(var counts, String why) ->
        LOG.debug("replayed {} up to its torn tail at {}: {}", segment.path(), counts.end(), why);
      case SegmentOutcome.Damaged(var counts, String why) -> {
        damaged.increment();
        LOG.error("log segment {} is damaged behind offset {}, the rest of it is lost: {}", segment.path(),
            counts.end(), why);
      }
      case SegmentOutcome.TooNew(var counts, String what) -> {
        damaged.increment();
        LOG.error("log segment {} was written by a newer version behind offset {}: {}", segment.path(),
            counts.end(),
            what);
      }
    }
    return replayed;
  }

  private void reportDamage(LogCatalog catalog) {
    for (LogCatalog.Log log : catalog.logs()) {
      for (String damage : log.damage()) {
        damaged.increment();
        LOG.error("log {} is damaged: {}", log.incarnation(), damage);
      }
    }
  }

  private long size(LogSegmentFile segment) {
    try (var file = files.open(segment.path())) {
      return file.size();
    } catch (IOException e) {
      LOG.debug("size of {} is unknown", segment.path(), e);
      return 0;
    }
  }
}
