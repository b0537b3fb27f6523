package dev.marmoset.storage.log;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// A log over virtual clocks and a virtual volume, driven step by step.
public final class LogFixture {
  public static final Path DATA = Path.of("/data");
  public static final Ulid INCARNATION = Ulid.of(1_700_000_000_000L, 7, 42);
  static final Duration WINDOW = Duration.ofHours(24);
  static final Duration INTERVAL = Duration.ofSeconds(1);

  final VirtualClock clock = new VirtualClock();
  public final AcceptanceClock acceptance = new AcceptanceClock(clock);
  public final FaultyFileSystem files;
  final List<LogBatch> applied = new ArrayList<>();
  final LogCommitter log;

  LogFixture() {
    this(new FaultyFileSystem());
  }

  LogFixture(FaultyFileSystem files) {
    this(files, LogOptions.standard(DATA, INCARNATION, "test", WINDOW, INTERVAL, Duration.ofMinutes(5)));
  }

  LogFixture(FaultyFileSystem files, LogOptions options) {
    this.files = files;
    log = new LogCommitter(options, files, acceptance, new Random(3), LogFixture::labels, applied::add);
  }

  /// A fixture whose first segment is there.
  public static LogFixture open() throws IOException {
    var fixture = new LogFixture();
    fixture.files.createDirectories(DATA);
    fixture.files.forceDirectory(Path.of("/"));
    fixture.log.open();
    return fixture;
  }

  public static Labels labels(int series) {
    return Labels.of("__name__", "metric_" + series / 10, "instance", "host-" + series % 10, "job", "node");
  }

  /// A batch of one sample for each series from `first` on.
  public LogBatch batch(int first, int count, long t, double value) {
    var batch = new LogBatch();
    for (int i = first; i < first + count; i++) {
      batch.add(i, t, Double.doubleToRawLongBits(value + i));
    }
    batch.judgedAt(acceptance.millis());
    return batch;
  }

  CompletableFuture<CommitOutcome> offer(LogBatch batch) {
    var answer = new CompletableFuture<CommitOutcome>();
    log.offer(new LogQueue.Entry(batch, answer, clock.nanos()));
    log.offered();
    return answer;
  }

  /// Offers a batch, lets the commit interval pass and takes a step.
  public CommitOutcome commit(LogBatch batch) {
    CompletableFuture<CommitOutcome> answer = offer(batch);
    clock.pass(INTERVAL.toMillis());
    log.step();
    return answer.getNow(new CommitOutcome.Unavailable("no answer yet"));
  }

  /// Everything the logs on the volume hold, as [RecordingVisitor#sample].
  List<String> readAll() throws IOException {
    var all = new ArrayList<String>();
    for (LogSegmentFile segment : LogCatalog.read(files, DATA).segments()) {
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = new LogReader(files).read(segment, visitor);
      if (outcome instanceof SegmentOutcome.Damaged || outcome instanceof SegmentOutcome.TooNew) {
        throw new AssertionError(segment + ": " + outcome);
      }
      all.addAll(visitor.samples);
    }
    return all;
  }

  static List<String> samples(LogBatch batch) {
    var all = new ArrayList<String>();
    for (int i = 0; i < batch.size(); i++) {
      all.add(RecordingVisitor.sample(labels(batch.series(i)), batch.time(i), batch.valueBits(i)));
    }
    return all;
  }
}
