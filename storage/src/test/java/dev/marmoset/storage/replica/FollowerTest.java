package dev.marmoset.storage.replica;

import static dev.marmoset.storage.replica.ReplicaFixture.DATA;
import static dev.marmoset.storage.replica.ReplicaFixture.ulid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.log.SteppedLog;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogTail.Status;
import dev.marmoset.storage.log.read.LogView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FollowerTest {
  private static final Ulid OWNER = ulid(1);

  private final FaultyFileSystem files = new FaultyFileSystem();
  private final VirtualClock clock = new VirtualClock();
  private final SteppedLog owner = new SteppedLog(files, DATA, OWNER, clock);
  private ReplicaFixture replica;

  FollowerTest() throws IOException {
    replica = new ReplicaFixture(files, clock, 2);
  }

  @BeforeEach
  void open() throws IOException {
    owner.open();
    replica = new ReplicaFixture(files, clock, 2);
  }

  private void write(double value) {
    var answer = owner.write(1, clock.wallMillis(), value);
    clock.pass(20);
    owner.step();
    assertThat(answer).isDone();
  }

  /// Both run; the owner says every few seconds that it lives.
  private void runBoth(long millis) {
    for (long passed = 0; passed < millis; passed += 1_000) {
      owner.step();
      replica.run(1_000);
    }
  }

  @Test
  void aLogIsFoundWithin3SecondsAndItsGrowthWithin2() {
    assertThat(replica.follower.notCaughtUp()).contains("looking for the logs of other replicas");
    replica.step();
    assertThat(replica.follower.notCaughtUp()).isEmpty();
    var later = new SteppedLog(files, DATA, ulid(3), clock);
    openQuietly(later);
    var answer = later.write(1, clock.wallMillis(), 7);
    clock.pass(20);
    later.step();
    assertThat(answer).isDone();
    replica.run(4_200);
    assertThat(replica.values).containsExactly(7.0);
    for (int i = 0; i < 20; i++) {
      write(i);
      owner.step();
      replica.run(1_200);
      assertThat(replica.values).last().isEqualTo((double) i);
      assertThat(replica.follower.notCaughtUp()).isEmpty();
    }
    LogView view = replica.view(OWNER);
    assertThat(view.consumed()).isEqualTo(owner.position());
    assertThat(view.live()).isTrue();
    assertThat(view.window()).isEqualTo(86_400_000);
    assertThat(view.isPast(view.floor() - view.window())).isTrue();
    assertThat(view.isPast(view.floor() - view.window() + 1)).isFalse();
    assertThat(view.segments()).singleElement()
        .satisfies(segment -> assertThat(segment.touched()).containsOnlyKeys(1_699_999_200_000L));
  }

  @Test
  void aLiveLogIsNeverSealedHoweverIdle() {
    runBoth(300_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.OPEN);
    assertThat(owner.leaseIsValid()).isTrue();
  }

  @Test
  void aSilentLogIsSealedAfter45SecondsAndReadToItsEnd() {
    write(1);
    replica.run(44_900);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.OPEN);
    replica.run(2_500);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
    assertThat(replica.view(OWNER).isFinished()).isTrue();
    assertThat(replica.follower.sealed()).isOne();
    assertThat(replica.values).containsExactly(1.0);
    var late = owner.write(1, clock.wallMillis(), 2);
    for (int i = 0; i < 10; i++) {
      clock.pass(5_000);
      owner.step();
    }
    assertThat(late).isCompletedWithValueMatching(outcome -> outcome.toString().contains("not writable"));
    assertThat(owner.isOver()).isTrue();
    int before = files.operations().size();
    replica.run(2_000);
    assertThat(files.operations().subList(before, files.operations().size()))
        .noneMatch(operation -> operation.contains(OWNER.toString()));
  }

  @Test
  void withoutAValidLeaseNobodySeals() {
    replica.leaseIsValid = false;
    replica.run(100_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.OPEN);
    replica.leaseIsValid = true;
    replica.run(2_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
  }

  /// A reader that was stopped, or whose looks failed, knows nothing about the time between.
  @Test
  void aGapOrAFailureBetweenLooksBeginsTheCountAnew() {
    replica.run(44_000);
    clock.pass(11_000);
    replica.step();
    replica.run(40_000);
    assertThat(replica.view(OWNER).status()).as("after a gap").isEqualTo(Status.OPEN);
    failNextOpen();
    replica.run(44_000);
    assertThat(replica.view(OWNER).status()).as("after a failure").isEqualTo(Status.OPEN);
    replica.run(4_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
  }

  private void failNextOpen() {
    files.beforeEach(operation -> {
      if (files.operations().getLast().startsWith("open")) {
        files.beforeEach(_ -> {
        });
        files.failAt(operation + 1, Fault.ERROR_BEFORE);
      }
    });
    replica.run(1_200);
  }

  @Test
  void aSlowLookBeginsTheCountAnew() {
    replica.run(40_000);
    files.beforeEach(operation -> {
      if (files.operations().get(operation).startsWith("open")) {
        files.beforeEach(_ -> {
        });
        clock.pass(5_000);
      }
    });
    replica.run(44_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.OPEN);
    replica.run(5_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
  }

  @Test
  void bytesThatAreNoRecordAreASignOfLifeToo() throws IOException {
    replica.run(40_000);
    try (AppendFile file = files.append(LogFiles.log(DATA, OWNER).resolve(LogFiles.segment(1)))) {
      file.writeAll(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    replica.run(44_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.OPEN);
    replica.run(4_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
  }

  @Test
  void anEmptyDirectoryIsSealedAsSegment1() throws IOException {
    Ulid empty = ulid(9);
    files.createDirectories(LogFiles.log(DATA, empty));
    replica.run(52_000);
    assertThat(replica.view(empty).status()).isEqualTo(Status.SEALED);
    assertThat(files.list(LogFiles.log(DATA, empty))).containsExactly(LogFiles.segment(1));
  }

  @Test
  void aLogThatIsTooNewIsNotSealed() throws IOException {
    Ulid newer = ulid(9);
    Path log = LogFiles.log(DATA, newer);
    files.createDirectories(log);
    try (AppendFile file = files.create(log.resolve(LogFiles.segment(1)))) {
      file.writeAll(ByteBuffer.wrap(new byte[] {'M', 'M', 'L', 'O', 'G', 0, 0, 2, 1}));
    }
    replica.run(100_000);
    assertThat(replica.view(newer).status()).isEqualTo(Status.TOO_NEW);
    assertThat(replica.view(newer).isPast(Long.MIN_VALUE)).isFalse();
    assertThat(files.list(log)).hasSize(1);
  }

  @Test
  void theVolumesFailuresWhileSealingAreOvercome() {
    for (Fault fault : new Fault[] {Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.NO_SPACE, Fault.SHORT}) {
      for (int k = 0; k < 8; k++) {
        var volume = new FaultyFileSystem();
        var time = new VirtualClock();
        var dead = new SteppedLog(volume, DATA, OWNER, time);
        openQuietly(dead);
        ReplicaFixture sealer = replica(volume, time, 2);
        int after = k;
        volume.beforeEach(operation -> {
          if (volume.operations().get(operation).startsWith("create /v/tmp")) {
            volume.beforeEach(_ -> {
            });
            volume.failAt(operation + after, fault);
          }
        });
        sealer.run(60_000);
        assertThat(sealer.view(OWNER).status()).as("%s at %d", fault, k).isEqualTo(Status.SEALED);
        assertThat(sealer.view(OWNER).damaged()).isFalse();
      }
    }
  }

  @Test
  void survivorsSealOneAfterTheOther() {
    ReplicaFixture other = replica(files, clock, 3);
    owner.step();
    for (int i = 0; i < 600; i++) {
      clock.pass(100);
      replica.step();
      other.step();
    }
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
    assertThat(other.view(OWNER).status()).isEqualTo(Status.SEALED);
    assertThat(files.operations()).filteredOn(operation -> operation.startsWith("link")
        && operation.contains(OWNER.toString()) && operation.endsWith("seg-0000000002")).hasSize(1);
  }

  @Test
  void aLogThatCannotBeReadKeepsNobodyFromAnswering() {
    files.beforeEach(operation -> {
      if (files.operations().get(operation).contains(OWNER.toString())) {
        files.failAt(operation, Fault.ERROR_BEFORE);
      }
    });
    replica.run(5_000);
    assertThat(replica.follower.notCaughtUp()).isPresent();
    replica.run(10_000);
    assertThat(replica.follower.notCaughtUp()).isEmpty();
    assertThat(replica.view(OWNER).damaged()).isTrue();
    assertThat(replica.view(OWNER).isPast(Long.MIN_VALUE)).as("nor lets it close a window").isFalse();
    replica.leaseIsValid = false;
    replica.run(1_100);
    assertThat(replica.follower.notCaughtUp()).as("the volume fails for everybody").isPresent();
    files.beforeEach(_ -> {
    });
    replica.run(1_200);
    assertThat(replica.follower.notCaughtUp()).isEmpty();
    assertThat(replica.view(OWNER).damaged()).isFalse();
  }

  @Test
  void notesAndStatesAreHeard() {
    owner.note(new LogNote(1_699_999_200_000L, 4));
    clock.pass(20);
    owner.step();
    replica.run(4_000);
    assertThat(replica.heard).containsExactly(OWNER + " " + new LogNote(1_699_999_200_000L, 4));
    assertThat(replica.view(OWNER).told()).isPresent();
    assertThat(replica.follower.consumed()).contains(owner.position());
  }

  @Test
  void whoWasStoppedIsBehindOnlyWhileOthersLive() {
    runBoth(20_000);
    write(1);
    replica.run(1_200);
    assertThat(replica.follower.behind()).isEmpty();
    clock.pass(10_000);
    assertThat(replica.follower.behind()).as("stopped for 10 s").isPresent();
    replica.step();
    assertThat(replica.follower.behind()).isEmpty();
    replica.run(30_000);
    clock.pass(60_000);
    assertThat(replica.follower.behind()).as("nobody else lives").isEmpty();
  }

  @Test
  void aLogMovedToTheTrashIsForgotten() throws IOException {
    replica.run(2_000);
    owner.stop();
    replica.run(3_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
    files.rename(LogFiles.log(DATA, OWNER), DATA.resolve("trash"));
    replica.run(4_000);
    assertThat(replica.follower.view()).noneMatch(view -> view.incarnation().equals(OWNER));
  }

  private static void openQuietly(SteppedLog log) {
    try {
      log.open();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ReplicaFixture replica(FaultyFileSystem volume, VirtualClock time, int number) {
    try {
      return new ReplicaFixture(volume, time, number);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
