package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.LogTail;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// The log of one incarnation under virtual time, for tests of other packages: driven step by step.
public final class SteppedLog {
  private final LogCommitter log;
  private final AcceptanceClock acceptance;
  private final VirtualClock clock;

  /// A log that has not been opened.
  public SteppedLog(FileSystem files, Path data, Ulid incarnation, VirtualClock clock) {
    this.clock = clock;
    this.acceptance = new AcceptanceClock(clock);
    var options = LogOptions.standard(data, incarnation, "test", Duration.ofHours(24), Duration.ofMillis(20),
        Duration.ofMinutes(5));
    this.log = new LogCommitter(options, files, acceptance, new Random(incarnation.low()), SteppedLog::labels,
        _ -> {
        });
  }

  /// Labels of the series with this number.
  public static Labels labels(int series) {
    return Labels.of("__name__", "m", "series", Integer.toString(series));
  }

  /// Creates the log.
  public void open() throws IOException {
    log.open();
  }

  /// Queues one sample; completes when a step has made it durable, or refused it.
  public CompletableFuture<CommitOutcome> write(int series, long t, double value) {
    var batch = new LogBatch();
    batch.add(series, t, Double.doubleToRawLongBits(value));
    batch.judgedAt(acceptance.millis());
    var answer = new CompletableFuture<CommitOutcome>();
    log.offer(new LogQueue.Entry(batch, answer, clock.nanos()));
    log.offered();
    return answer;
  }

  /// Makes one sample durable, within 2 s of virtual time.
  public void commit(long t) {
    var answer = write(1, t, t);
    for (int i = 0; i < 100 && !answer.isDone(); i++) {
      clock.pass(20);
      step();
    }
    assertThat(answer).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
  }

  /// Lets time pass until the next segment has begun.
  public void roll() {
    long segment = position().segment();
    while (position().segment() == segment) {
      clock.pass(5_000);
      step();
    }
  }

  /// Does what is due.
  public void step() {
    log.step();
  }

  /// Tells the others something with the next commit.
  public void note(LogNote note) {
    log.note(note);
  }

  /// Whether nobody else can have sealed the log by right.
  public boolean leaseIsValid() {
    return log.leaseIsValid();
  }

  /// Whether the lease is lost for good.
  public boolean isOver() {
    return log.state() == LogCommitter.State.OVER;
  }

  /// End of what is durable.
  public LogPosition position() {
    return log.durable();
  }

  /// The segments before the current one.
  public List<LogTail.Segment> rolled() {
    return List.copyOf(log.rolled());
  }

  /// Ends the log in good order.
  public void stop() {
    log.stop();
  }
}
