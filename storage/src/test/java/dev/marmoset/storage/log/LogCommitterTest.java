package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.CommitOutcome.Unavailable;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.DiskSpace;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.log.LogCommitter.State;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.SegmentOutcome;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogCommitterTest {
  private static final long NOW = 1_700_000_000_000L;

  @Test
  void aCommittedBatchIsDurableAppliedAndReadBack() throws IOException {
    var fixture = LogFixture.open();
    LogBatch batch = fixture.batch(0, 50, NOW, 1.5);
    assertThat(fixture.commit(batch)).isEqualTo(CommitOutcome.Durable.INSTANCE);
    assertThat(fixture.applied).containsExactly(batch);
    assertThat(fixture.readAll()).containsExactlyElementsOf(LogFixture.samples(batch));
  }

  @Test
  void batchesOfOneIntervalShareOneForce() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    long forces = fixture.log.stats().forces.sum();
    CompletableFuture<CommitOutcome> first = fixture.offer(fixture.batch(0, 1, NOW + 1, 1));
    fixture.log.step();
    assertThat(first).isNotDone();
    CompletableFuture<CommitOutcome> second = fixture.offer(fixture.batch(1, 1, NOW + 1, 1));
    fixture.clock.pass(1000);
    fixture.log.step();
    assertThat(List.of(first.join(), second.join())).containsOnly(CommitOutcome.Durable.INSTANCE);
    assertThat(fixture.log.stats().forces.sum()).isEqualTo(forces + 1);
  }

  @Test
  void aFullGroupIsCommittedBeforeItsInterval() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    CompletableFuture<CommitOutcome> answer = fixture.offer(fixture.batch(0, 100_000, NOW + 1, 1));
    assertThat(fixture.log.step()).isPositive();
    assertThat(answer).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
  }

  @Test
  void anIdleLogBeatsAndStaysWritable() throws IOException {
    var fixture = LogFixture.open();
    for (int i = 0; i < 12; i++) {
      fixture.clock.pass(5_000);
      fixture.log.step();
      assertThat(fixture.log.refusal()).isEmpty();
    }
    assertThat(fixture.log.stats().poisoned.sum()).isZero();
  }

  @Test
  void noBatchIsAnsweredDurableAfterAStallPastTheLease() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    CompletableFuture<CommitOutcome> stalled = fixture.offer(fixture.batch(1, 1, NOW, 2));
    fixture.clock.pass(1_000);
    int write = fixture.files.operations().size();
    fixture.files.beforeEach(n -> fixture.clock.pass(n == write ? 16_000 : 0));
    fixture.log.step();
    assertThat(stalled.join()).isInstanceOf(Unavailable.class);
    assertThat(fixture.applied).hasSize(1);
    assertThat(fixture.log.refusal()).isPresent();
    renew(fixture);
    assertThat(fixture.commit(fixture.batch(2, 1, NOW, 3))).isEqualTo(CommitOutcome.Durable.INSTANCE);
    assertThat(fixture.readAll()).as("bytes behind prev_end are ignored for ever").hasSize(2);
  }

  @Test
  void aStopBetweenCommitsLongerThanTheLeaseCostsASegmentAndNoAck() throws IOException {
    var fixture = LogFixture.open();
    CompletableFuture<CommitOutcome> answer = fixture.offer(fixture.batch(0, 1, NOW, 1));
    fixture.clock.pass(9_000);
    fixture.log.step();
    assertThat(answer.join()).isEqualTo(CommitOutcome.Durable.INSTANCE);
    fixture.clock.pass(40_000);
    fixture.log.step();
    assertThat(fixture.log.state()).isEqualTo(State.LAPSED);
    renew(fixture);
    assertThat(fixture.log.durable().segment()).isEqualTo(2);
  }

  @Test
  void aStopAnywhereBeforeTheEndOfTheForceIsNeverAcknowledged() throws IOException {
    int acknowledged = 0;
    for (int k = 0; k < 40; k++) {
      var fixture = LogFixture.open();
      fixture.commit(fixture.batch(0, 1, NOW, 1));
      CompletableFuture<CommitOutcome> answer = fixture.offer(fixture.batch(1, 1, NOW, 2));
      fixture.clock.pass(1_000);
      int stop = fixture.clock.reads() + k;
      fixture.clock.stopAt(stop, 40_000);
      int[] readsAtForce = {Integer.MAX_VALUE};
      fixture.files.beforeEach(n -> {
        if (fixture.files.operations().get(n).startsWith("force ")) {
          readsAtForce[0] = fixture.clock.reads();
        }
      });
      fixture.log.step();
      if (answer.getNow(null) instanceof CommitOutcome.Durable) {
        acknowledged++;
        assertThat(stop).as("stopped at read %d of the clock", k).isGreaterThan(readsAtForce[0]);
      }
    }
    assertThat(acknowledged).as("stops behind the check").isBetween(1, 39);
  }

  @Test
  void aClockJumpIsNoAckAndRenews() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    fixture.clock.stepWall(6_000);
    assertThat(fixture.commit(fixture.batch(1, 1, NOW, 1))).isInstanceOf(Unavailable.class);
    renew(fixture);
    assertThat(fixture.commit(fixture.batch(1, 1, NOW, 1))).isEqualTo(CommitOutcome.Durable.INSTANCE);
  }

  @Test
  void aWallClockThatStepsBackChangesNothing() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    fixture.clock.stepWall(-3_600_000);
    assertThat(fixture.commit(fixture.batch(1, 1, NOW, 1))).isEqualTo(CommitOutcome.Durable.INSTANCE);
    assertThat(fixture.log.stats().poisoned.sum()).isZero();
  }

  @Test
  void afterAnErrorNothingMoreIsWrittenToTheSegment() throws IOException {
    for (Fault fault : List.of(Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.NO_SPACE, Fault.LOSES_UNFORCED)) {
      var fixture = LogFixture.open();
      fixture.commit(fixture.batch(0, 1, NOW, 1));
      fixture.files.failAt(fixture.files.operations().size() + 1, fault);
      int mark = fixture.files.operations().size();
      assertThat(fixture.commit(fixture.batch(1, 1, NOW, 1))).as("%s", fault).isInstanceOf(Unavailable.class);
      renew(fixture);
      assertThat(fixture.commit(fixture.batch(2, 1, NOW, 1))).isEqualTo(CommitOutcome.Durable.INSTANCE);
      List<String> touched = fixture.files.operations().subList(mark, fixture.files.operations().size());
      String poisoned =
          LogFiles.log(LogFixture.DATA, LogFixture.INCARNATION).resolve("seg-0000000001").toString();
      assertThat(touched.stream().filter(operation -> operation.endsWith(poisoned)).skip(2))
          .as("%s", fault).containsOnly("close " + poisoned);
    }
  }

  @Test
  void losingTheNextNameToASealEndsTheIncarnation() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    try (AppendFile rival = fixture.files
        .create(LogFiles.log(LogFixture.DATA, LogFixture.INCARNATION).resolve(LogFiles.segment(2)))) {
      rival.force();
    }
    fixture.clock.pass(60_000);
    fixture.log.step();
    fixture.clock.pass(1_000);
    CompletableFuture<CommitOutcome> waiting = fixture.offer(fixture.batch(1, 1, NOW, 1));
    fixture.log.step();
    assertThat(fixture.log.state()).isEqualTo(State.OVER);
    assertThat(waiting.join()).isInstanceOf(Unavailable.class);
  }

  @Test
  void givesUpTenMinutesAfterTheLapse() throws IOException {
    var fixture = LogFixture.open();
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    fixture.clock.pass(15_000 + 601_000);
    fixture.log.step();
    fixture.log.step();
    assertThat(fixture.log.state()).isEqualTo(State.OVER);
  }

  @Test
  void aBatchThatWaitedTooLongIsRefusedAlsoWhileTheLogIsStuck() throws IOException {
    var fixture = LogFixture.open();
    CompletableFuture<CommitOutcome> answer = fixture.offer(fixture.batch(0, 1, NOW, 1));
    int write = fixture.files.operations().size();
    fixture.clock.pass(1_000);
    fixture.files.beforeEach(n -> {
      if (n == write) {
        fixture.clock.pass(10_000);
        fixture.log.expire();
        assertThat(answer.join()).isInstanceOf(Unavailable.class);
      }
    });
    fixture.log.step();
    assertThat(fixture.applied).as("durable all the same").hasSize(1);
  }

  @Test
  void aFullQueueRefuses() throws IOException {
    var fixture = LogFixture.open();
    CompletableFuture<CommitOutcome> first = fixture.offer(fixture.batch(0, 2_000_000, NOW, 1));
    CompletableFuture<CommitOutcome> second = fixture.offer(fixture.batch(0, 1, NOW, 1));
    assertThat(first).isNotDone();
    assertThat(second.join()).isInstanceOf(Unavailable.class);
  }

  @Test
  void aBatchJudgedBehindTheFloorIsRefused() throws IOException {
    var fixture = LogFixture.open();
    LogBatch batch = fixture.batch(0, 1, NOW, 1);
    batch.judgedAt(fixture.acceptance.millis() - 61_000);
    assertThat(fixture.commit(batch)).isInstanceOf(Unavailable.class);
  }

  @Test
  void stopsWithoutSpaceAndGoesOnWithIt() throws IOException {
    var fixture = LogFixture.open();
    fixture.files.space(new DiskSpace(49, 1000));
    fixture.clock.pass(5_000);
    fixture.log.step();
    assertThat(fixture.log.refusal().orElseThrow()).contains("free space");
    fixture.files.space(new DiskSpace(69, 1000));
    fixture.clock.pass(5_000);
    fixture.log.step();
    assertThat(fixture.log.refusal()).isPresent();
    fixture.files.space(new DiskSpace(71, 1000));
    fixture.clock.pass(5_000);
    fixture.log.step();
    assertThat(fixture.log.refusal()).isEmpty();
  }

  @Test
  void anOrderlyEndLeavesASealAndEverythingCommitted() throws IOException {
    var fixture = LogFixture.open();
    CompletableFuture<CommitOutcome> answer = fixture.offer(fixture.batch(0, 10, NOW, 1));
    fixture.log.stop();
    assertThat(answer.join()).isEqualTo(CommitOutcome.Durable.INSTANCE);
    LogCatalog.Log log = LogCatalog.read(fixture.files, LogFixture.DATA).logs().getFirst();
    assertThat(log.sealed()).isTrue();
    assertThat(log.segments()).hasSize(1);
    assertThat(new LogReader(fixture.files).read(log.segments().getFirst(), new RecordingVisitor()))
        .isInstanceOf(SegmentOutcome.Complete.class);
    assertThat(fixture.readAll()).hasSize(10);
    assertThat(fixture.offer(fixture.batch(0, 1, NOW, 1)).join()).isInstanceOf(Unavailable.class);
  }

  @Test
  void rollsAtTheHalfHourAndDecodesEachSegmentAlone() throws IOException {
    var fixture = LogFixture.open();
    int committed = 0;
    for (int minute = 0; minute < 65; minute++) {
      for (int i = 0; i < 6; i++) {
        fixture.clock.pass(9_000);
        assertThat(fixture.commit(fixture.batch(0, 100, fixture.clock.wallMillis(), minute)))
            .isEqualTo(CommitOutcome.Durable.INSTANCE);
        committed += 100;
      }
    }
    LogCatalog catalog = LogCatalog.read(fixture.files, LogFixture.DATA);
    assertThat(catalog.segments()).hasSizeBetween(3, 4);
    assertThat(catalog.segments().getFirst().end()).isPresent();
    assertThat(fixture.readAll()).hasSize(committed);
  }

  private static void renew(LogFixture fixture) {
    fixture.files.beforeEach(_ -> {
    });
    for (int i = 0; i < 5 && fixture.log.state() != State.LIVE; i++) {
      fixture.clock.pass(1_000);
      fixture.log.step();
    }
    assertThat(fixture.log.state()).isEqualTo(State.LIVE);
    assertThat(fixture.log.refusal()).isEmpty();
  }
}
