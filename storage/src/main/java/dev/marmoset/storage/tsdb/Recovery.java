package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogCatalog;
import dev.marmoset.storage.log.LogPosition;
import dev.marmoset.storage.log.LogSegmentFile;
import dev.marmoset.storage.log.SegmentOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replays what lies on the volume into the head: first the logs of earlier incarnations, oldest first, then the own
/// log as far as it has grown meanwhile. Then the gate opens and live groups go to the head directly.
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
  private final int parallelism;
  private final LongAdder damaged = new LongAdder();
  private volatile ReplayProgress progress = new ReplayProgress(0, 0, 0, 0, 0, false);
  private volatile boolean stopped;

  /// @param own    incarnation of the log that is being written by this process
  /// @param ownEnd how far that log is durable
  Recovery(FileSystem files, Path data, Ulid own, Head head, ReplayGate gate, Supplier<LogPosition> ownEnd) {
    this.ownEnd = ownEnd;
    this.parallelism = Runtime.getRuntime().availableProcessors();
    this.files = files;
    this.data = data;
    this.own = own;
    this.head = head;
    this.gate = gate;
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
    List<LogSegmentFile> segments = catalog.segments().stream()
        .filter(segment -> !segment.incarnation().equals(own)).toList();
    reportDamage(catalog);
    long bytes = 0;
    for (LogSegmentFile segment : segments) {
      bytes += size(segment);
      forceTail(segment);
    }
    progress = new ReplayProgress(segments.size(), 0, bytes, 0, 0, false);
    var ahead = new ArrayDeque<SegmentReplay>();
    int started = 0;
    for (LogSegmentFile segment : segments) {
      while (started < segments.size() && ahead.size() < parallelism) {
        ahead.add(SegmentReplay.start(files, segments.get(started++), head, 0));
      }
      long samples = apply(ahead.remove());
      ReplayProgress before = progress;
      progress = new ReplayProgress(before.segments(), before.segmentsDone() + 1, bytes,
          before.bytesDone() + size(segment), before.samples() + samples, false);
    }
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
          met += apply(SegmentReplay.start(files, upTo(durable, segment), head, Math.max(0, applied - met)));
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

  /// Applies what a segment holds and answers how many samples it has.
  private long apply(SegmentReplay replay) {
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
    return replayed.samples();
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
