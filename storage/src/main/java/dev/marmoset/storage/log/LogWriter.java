package dev.marmoset.storage.log;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.CommitOutcome.Unavailable;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.SeriesLabels;
import dev.marmoset.storage.log.read.LogTail;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log of this incarnation: makes batches durable in groups, on one thread of its own. Thread-safe.
///
/// A batch is answered `Durable` when its bytes were forced, the lease was still valid after that, and the head has
/// applied it. Any error gives the segment up; the log renews itself by creating the next one, until somebody else has
/// sealed it ([#isOver]). A second thread refuses what waits for longer than 10 s, because the first may be stuck in a
/// write to a stalled volume, where nothing can be done about it.
public final class LogWriter implements SeriesHolder, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  private static final long WATCH_NANOS = 250_000_000L;
  private static final long AFTER_DEFECT_NANOS = 1_000_000_000L;
  /// The end of the log is one step of a shutdown that has 105 s in all.
  private static final long CLOSE_MILLIS = 10_000;

  private final LogCommitter committer;
  private final Clock clock;
  private final Thread thread;
  private final Thread watch;
  private volatile boolean started;
  private volatile boolean stopping;
  private volatile boolean killed;

  private LogWriter(LogCommitter committer, Clock clock) {
    this.committer = committer;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("log").daemon().unstarted(this::run);
    this.watch = Thread.ofPlatform().name("log-watch").daemon().unstarted(this::watch);
  }

  /// Creates the log's directory and its first segment, and starts the threads.
  ///
  /// @param acceptance the clock samples are judged by, shared with the judge
  /// @param random     source of nonces that no other process shares
  /// @param labels     asked for the definition of each series once per segment, on the log thread
  /// @param applier    called with each durable batch, on the log thread
  /// @throws IOException if the volume does not allow it; another attempt needs another incarnation
  public static LogWriter open(LogOptions options, FileSystem files, AcceptanceClock acceptance,
      RandomGenerator random, SeriesLabels labels, GroupApplier applier) throws IOException {
    LogWriter writer = openIdle(options, files, acceptance, random, labels, applier);
    writer.started = true;
    writer.thread.start();
    writer.watch.start();
    return writer;
  }

  /// The same without threads, for tests under clocks of their own: whoever wakes the log does what is due.
  public static LogWriter openIdle(LogOptions options, FileSystem files, AcceptanceClock acceptance,
      RandomGenerator random, SeriesLabels labels, GroupApplier applier) throws IOException {
    var committer = new LogCommitter(options, files, acceptance, random, labels, applier);
    committer.open();
    return new LogWriter(committer, acceptance.clock());
  }

  /// Queues a batch and wakes the log. Never blocks.
  ///
  /// @return as [#queue] does
  public CompletableFuture<CommitOutcome> append(LogBatch batch) {
    CompletableFuture<CommitOutcome> answer = queue(batch);
    wake();
    return answer;
  }

  /// Queues a batch; [#wake] is to follow. Never blocks, and completes nobody else's answer.
  ///
  /// @return completes with `Durable`, or with `Unavailable` at once when the log is not writable or its queue is
  ///         full, else within about 10 s; never exceptionally. Completes on the log thread: do little there. An empty
  ///         batch is durable already
  /// @throws IllegalArgumentException if nobody stated when the batch was judged
  public CompletableFuture<CommitOutcome> queue(LogBatch batch) {
    if (batch.isEmpty()) {
      return CompletableFuture.completedFuture(CommitOutcome.Durable.INSTANCE);
    }
    if (batch.judgedAt() == Long.MIN_VALUE) {
      throw new IllegalArgumentException(
          "batch of " + batch.size() + " samples does not say when it was judged");
    }
    Optional<String> refusal = committer.refusal();
    if (refusal.isPresent()) {
      committer.stats().refused.increment();
      return CompletableFuture.completedFuture(new Unavailable(refusal.get()));
    }
    var answer = new CompletableFuture<CommitOutcome>();
    committer.offer(new LogQueue.Entry(batch, answer, clock.nanos()));
    return answer;
  }

  /// Has the log look at what is queued. Answers may complete on the caller's thread.
  public void wake() {
    committer.offered();
    if (started) {
      LockSupport.unpark(thread);
    } else if (!stopping) {
      committer.step();
    }
  }

  @Override
  public void spare(BitSet series) {
    committer.spare(series);
  }

  @Override
  public void forget(int[] series) {
    committer.forget(series);
  }

  /// Whether a batch appended now would be taken: the lease is valid and there is space.
  public boolean writable() {
    return committer.refusal().isEmpty();
  }

  /// Why the log is not writable, fit for a sender; empty when it is.
  public Optional<String> refusal() {
    return committer.refusal();
  }

  /// Whether what this process does to the volume counts: its log is alive and the lease has not lapsed.
  public boolean leaseIsValid() {
    return committer.leaseIsValid();
  }

  /// For how long this process may answer if no commit comes through, ns; 0 when it may not.
  public long leaseNanos() {
    return committer.leaseNanos();
  }

  /// Whether the lease is lost for good, so that the process must end: the log has been sealed by somebody else, or
  /// could not be renewed for 10 min.
  public boolean isOver() {
    return committer.state() == LogCommitter.State.OVER;
  }

  /// The acceptance clock now, ms since the epoch: samples are judged by it.
  public long acceptanceClock() {
    return committer.acceptance().millis();
  }

  /// End of what is durable.
  public LogPosition position() {
    return committer.durable();
  }

  /// End of what is durable and applied.
  public LogPosition applied() {
    return committer.applied();
  }

  /// End of the last commit that has a sample of a window; empty without one. It is stated before the sample is applied,
  /// so no sample of the window that the head has of this log lies behind it.
  ///
  /// @param windowStart first time of the window, ms
  public Optional<LogPosition> touched(long windowStart) {
    return committer.touched(windowStart);
  }

  /// No sample of this log from now on is older than this minus W, ms since the epoch.
  public long floor() {
    return committer.floor();
  }

  /// The segments of this log that are complete and that nobody has reported as [#deleted], ascending.
  public List<LogTail.Segment> rolled() {
    return List.copyOf(committer.rolled());
  }

  /// A segment has been deleted from the volume because it is covered.
  public void deleted(LogTail.Segment segment) {
    committer.rolled().remove(segment);
  }

  /// What the log counts.
  public LogStats stats() {
    return committer.stats();
  }

  /// States what the other replicas are told every 5 s from now on.
  public void tell(LogState state) {
    committer.tell(state);
  }

  /// Tells the other replicas something about a window, with the next commit.
  public void note(LogNote note) {
    committer.note(note);
    LockSupport.unpark(thread);
  }

  /// Ends the log in good order: commits what waits, writes the end and the seal. Waits for at most 10 s; a log that is
  /// stuck is left behind, for others to seal. Idempotent.
  @Override
  public void close() {
    boolean again = stopping;
    stopping = true;
    committer.announceStop();
    if (!started) {
      if (!again) {
        end();
      }
      return;
    }
    LockSupport.unpark(thread);
    boolean interrupted = false;
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException _) {
      interrupted = true;
    }
    LockSupport.unpark(watch);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends as a crash would, for tests: nothing more is written.
  public void kill() {
    killed = true;
    close();
  }

  private void run() {
    while (!stopping) {
      LockSupport.parkNanos(this, stepSafely());
    }
    end();
  }

  private void end() {
    try {
      if (killed) {
        committer.abandon();
      } else {
        committer.stop();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("closing the log", e);
    }
  }

  /// Top of the log thread: a defect must not silence it.
  private long stepSafely() {
    try {
      return committer.step();
    } catch (RuntimeException | Error e) {
      LOG.error("step of the log", e);
      committer.defect(e);
      return AFTER_DEFECT_NANOS;
    }
  }

  private void watch() {
    while (thread.isAlive()) {
      committer.expire();
      LockSupport.parkNanos(this, WATCH_NANOS);
    }
  }
}
