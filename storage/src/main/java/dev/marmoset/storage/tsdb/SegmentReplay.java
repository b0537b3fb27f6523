package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.head.HeadReplay;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.SegmentOutcome;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/// Decodes one segment on a thread of its own, a few batches ahead of the thread that applies them.
///
/// So segments are decoded in parallel, which a segment allows because it decodes alone, and applied one after the
/// other. Memory per segment in work: [#AHEAD] batches.
final class SegmentReplay {
  private static final int AHEAD = 4;

  private final LogSegmentFile segment;
  private final SegmentObservation observed;
  private final HeadReplay decoded;
  private final BlockingQueue<Optional<LogBatch>> batches = new ArrayBlockingQueue<>(AHEAD);
  private final BlockingQueue<LogBatch> idle = new ArrayBlockingQueue<>(AHEAD);
  private final CompletableFuture<SegmentOutcome> outcome = new CompletableFuture<>();

  private SegmentReplay(LogSegmentFile segment, Head head, long skip, WindowCoverage coverage) {
    this.segment = segment;
    this.observed = new SegmentObservation(segment.incarnation(), segment.number());
    this.decoded = new HeadReplay(head, skip, observed, coverage, this::exchange);
  }

  /// What became of a segment.
  ///
  /// @param outcome  how its reading ended
  /// @param samples  samples it holds, left out ones included
  /// @param observed what was learned besides
  record Replayed(LogSegmentFile segment, SegmentOutcome outcome, long samples,
      SegmentObservation observed) {}

  /// Starts to decode.
  ///
  /// @param skip     samples at the beginning of the segment that are in the head already
  /// @param coverage which samples lie in blocks
  static SegmentReplay start(FileSystem files, LogSegmentFile segment, Head head, long skip,
      WindowCoverage coverage) {
    var replay = new SegmentReplay(segment, head, skip, coverage);
    Thread.ofPlatform().name("replay-" + segment.number()).daemon().start(() -> replay.decode(files));
    return replay;
  }

  /// Applies all batches, in order, and waits for the end of the segment. To be called once.
  ///
  /// @param stopped asked per batch: once true, the rest is decoded but not applied
  Replayed applyTo(Head head, BooleanSupplier stopped) {
    for (Optional<LogBatch> batch = take(); batch.isPresent(); batch = take()) {
      if (!stopped.getAsBoolean()) {
        head.apply(batch.get());
      }
      batch.get().clear();
      idle.offer(batch.get());
    }
    SegmentOutcome read = outcome.join();
    decoded.close();
    return new Replayed(segment, read, decoded.samples(), observed);
  }

  private void decode(FileSystem files) {
    try {
      SegmentOutcome read = new LogReader(files).read(segment, decoded);
      decoded.finish();
      outcome.complete(read);
    } catch (RuntimeException | Error e) {
      outcome.completeExceptionally(e);
      throw e;
    } finally {
      put(Optional.empty());
    }
  }

  private LogBatch exchange(LogBatch full) {
    put(Optional.of(full));
    LogBatch used = idle.poll();
    return used == null ? new LogBatch() : used;
  }

  private void put(Optional<LogBatch> batch) {
    try {
      batches.put(batch);
    } catch (InterruptedException e) {
      throw new IllegalStateException(
          "the replay of " + segment.path() + " was interrupted, which nobody does", e);
    }
  }

  private Optional<LogBatch> take() {
    try {
      return batches.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(
          "the replay of " + segment.path() + " was interrupted, which nobody does", e);
    }
  }
}
