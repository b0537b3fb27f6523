package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.PatientClock;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogCatalog;
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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The log on its own thread, on a real file system.
@Timeout(600)
class LogWriterTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir
  Path data;

  private final AtomicLong applied = new AtomicLong();

  private LogWriter open() throws IOException {
    var clock = new PatientClock(time -> NOW + time / 1_000_000);
    var options =
        LogOptions.standard(data, LogFixture.INCARNATION, "test", Duration.ofHours(24), Duration.ofMillis(5),
            Duration.ofMinutes(5));
    return LogWriter.open(options, new LocalFileSystem(), new AcceptanceClock(clock), new Random(),
        LogFixture::labels, batch -> applied.addAndGet(batch.size()));
  }

  @Test
  void manyThreadsAppendAndEverythingAcknowledgedIsReadBack() throws Exception {
    var threads = new ArrayList<Thread>();
    try (LogWriter log = open()) {
      for (int i = 0; i < 4; i++) {
        int first = i * 100;
        threads.add(Thread.ofVirtual().start(() -> appendBatches(log, first)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(log.writable()).isTrue();
      assertThat(log.position().segment()).isEqualTo(1);
    }
    assertThat(applied).hasValue(4 * 50 * 10);
    assertThat(read()).hasSize(4 * 50 * 10);
    assertThat(LogCatalog.read(new LocalFileSystem(), data).logs().getFirst().sealed()).isTrue();
  }

  private static void appendBatches(LogWriter log, int first) {
    for (int i = 0; i < 50; i++) {
      LogBatch batch = batch(log, first, NOW + i);
      assertThat(log.append(batch).join()).isEqualTo(CommitOutcome.Durable.INSTANCE);
    }
  }

  @Test
  void aKilledLogHoldsWhatItAcknowledgedAndIsNotSealed() throws IOException {
    LogWriter log = open();
    assertThat(log.append(batch(log, 0, NOW)).join()).isEqualTo(CommitOutcome.Durable.INSTANCE);
    log.kill();
    assertThat(log.writable()).isFalse();
    assertThat(log.append(batchJudgedAt(0, NOW, NOW)).join()).isInstanceOf(CommitOutcome.Unavailable.class);
    assertThat(read()).hasSize(10);
    assertThat(LogCatalog.read(new LocalFileSystem(), data).logs().getFirst().sealed()).isFalse();
  }

  @Test
  void everyBatchGetsAnAnswerWhileTheLogIsClosed() throws Exception {
    LogWriter log = open();
    var answers = new ArrayList<CompletableFuture<CommitOutcome>>();
    var sender = Thread.ofVirtual().start(() -> {
      for (int i = 0; i < 2000; i++) {
        answers.add(log.append(batchJudgedAt(0, NOW + i, Long.MAX_VALUE)));
      }
    });
    log.close();
    sender.join();
    long durable = answers.stream().filter(answer -> answer.join() instanceof CommitOutcome.Durable).count();
    assertThat(read()).hasSize((int) durable * 10);
    log.close();
  }

  @Test
  void aBatchMustSayWhenItWasJudgedAndAnEmptyOneIsDurable() throws IOException {
    try (LogWriter log = open()) {
      var batch = new LogBatch();
      assertThat(log.append(batch)).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
      batch.add(1, NOW, 1);
      assertThatThrownBy(() -> log.append(batch)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aSecondLogOfTheSameIncarnationIsRefused() throws IOException {
    try (LogWriter log = open()) {
      assertThat(log.writable()).isTrue();
      assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("seg-0000000001");
    }
  }

  private Set<String> read() throws IOException {
    var files = new LocalFileSystem();
    List<String> all = new ArrayList<>();
    for (LogSegmentFile segment : LogCatalog.read(files, data).segments()) {
      var visitor = new RecordingVisitor();
      assertThat(new LogReader(files).read(segment, visitor)).isInstanceOf(SegmentOutcome.Complete.class);
      all.addAll(visitor.samples);
    }
    var distinct = new HashSet<>(all);
    assertThat(distinct).hasSameSizeAs(all);
    return distinct;
  }

  private static LogBatch batch(LogWriter log, int first, long t) {
    return batchJudgedAt(first, t, log.acceptanceClock());
  }

  private static LogBatch batchJudgedAt(int first, long t, long judgedAt) {
    var batch = new LogBatch();
    for (int i = 0; i < 10; i++) {
      batch.add(first + i, t, Double.doubleToRawLongBits(i * 0.5));
    }
    batch.judgedAt(judgedAt);
    return batch;
  }
}
