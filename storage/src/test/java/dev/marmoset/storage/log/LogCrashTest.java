package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.PowerLoss;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentOutcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every file operation fails once in every way, and power is lost at the end of every run.
///
/// I1: what was acknowledged is there. I2: it lies below the stated end of its segment. A batch that was not
/// acknowledged is there whole or not at all. I12: no acknowledgement from a segment after an error.
class LogCrashTest {
  private static final int BATCHES = 18;
  private static final int SEEDS = 4;
  private static final long NOW = 1_700_000_000_000L;
  /// Small segments, so that the workload rolls several times.
  private static final LogRoll ROLL =
      new LogRoll(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofHours(2),
          1 << 20, 700);

  @ParameterizedTest
  @EnumSource(Fault.class)
  void noFaultAtAnyOperationLosesAnAcknowledgedBatch(Fault fault) throws IOException {
    int operations = run(0, fault, 0);
    assertThat(operations).isGreaterThan(100);
    for (int seed = 0; seed < SEEDS; seed++) {
      for (int k = 0; k < operations; k++) {
        run(k + 1, fault, seed);
      }
    }
  }

  /// @param k operation of the log that fails, counted from 1; 0 for none
  private static int run(int k, Fault fault, int seed) throws IOException {
    var files = new FaultyFileSystem();
    files.createDirectories(LogFixture.DATA);
    files.forceDirectory(Path.of("/"));
    int before = files.operations().size();
    if (k > 0) {
      files.failAt(before + k - 1, fault);
    }
    var options = new LogOptions(LogFixture.DATA, LogFixture.INCARNATION, "test", LogFixture.WINDOW,
        LogFixture.INTERVAL, 1 << 20, 100_000, Duration.ofSeconds(15), Duration.ofSeconds(10), ROLL);
    var fixture = new LogFixture(files, options);
    var batches = new ArrayList<LogBatch>();
    var answers = new ArrayList<CompletableFuture<CommitOutcome>>();
    try {
      workload(fixture, batches, answers);
    } catch (PowerLoss _) {
      // What was answered by then is what counts.
    }
    int done = files.operations().size() - before;
    var random = new Random(seed * 1_000_003L + k);
    files.crash(random);
    check(files, batches, answers, fault + " at operation " + k + ", seed " + seed);
    return done;
  }

  private static void workload(LogFixture fixture, List<LogBatch> batches,
      List<CompletableFuture<CommitOutcome>> answers) {
    try {
      fixture.log.open();
    } catch (IOException _) {
      return;
    }
    for (int i = 0; i < BATCHES; i++) {
      LogBatch batch = fixture.batch(i * 5, 20 + i, NOW + i, i * 1.25);
      batches.add(batch);
      answers.add(fixture.offer(batch));
      if (i % 3 > 0) {
        fixture.clock.pass(1_000);
        fixture.log.step();
      }
    }
    fixture.clock.pass(2_000);
    fixture.log.step();
    fixture.log.stop();
  }

  private static void check(FaultyFileSystem files, List<LogBatch> batches,
      List<CompletableFuture<CommitOutcome>> answers, String what) throws IOException {
    Set<String> found = read(files, what);
    int count = 0;
    for (int i = 0; i < batches.size(); i++) {
      List<String> samples = LogFixture.samples(batches.get(i));
      long present = samples.stream().filter(found::contains).count();
      boolean acknowledged = answers.get(i).getNow(null) instanceof CommitOutcome.Durable;
      assertThat(present).as("batch %d, acknowledged %s, %s", i, acknowledged, what)
          .isIn(acknowledged ? List.of((long) samples.size()) : List.of(0L, (long) samples.size()));
      count += (int) present;
    }
    assertThat(found).as(what).hasSize(count);
  }

  private static Set<String> read(FaultyFileSystem files, String what) throws IOException {
    var found = new HashSet<String>();
    if (!files.list(LogFixture.DATA).contains(LogFiles.LOGS)) {
      return found;
    }
    LogCatalog catalog = LogCatalog.read(files, LogFixture.DATA);
    for (LogCatalog.Log log : catalog.logs()) {
      assertThat(log.damage()).as(what).isEmpty();
    }
    for (LogSegmentFile segment : catalog.segments()) {
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = new LogReader(files).read(segment, visitor);
      boolean whole = outcome instanceof SegmentOutcome.Complete
          || segment.last() && outcome instanceof SegmentOutcome.TornTail;
      assertThat(whole).as("%s: %s, %s", segment, outcome, what).isTrue();
      found.addAll(visitor.samples);
    }
    return found;
  }
}
