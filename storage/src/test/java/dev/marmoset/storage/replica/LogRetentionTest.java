package dev.marmoset.storage.replica;

import static dev.marmoset.storage.replica.ReplicaFixture.DATA;
import static dev.marmoset.storage.replica.ReplicaFixture.ulid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.PowerLoss;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.log.SteppedLog;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogTail.Segment;
import dev.marmoset.storage.log.read.LogTail.Status;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogRetentionTest {
  private static final Ulid OWNER = ulid(1);
  private static final Path LOG = LogFiles.log(DATA, OWNER);
  private static final long HOUR = 3_600_000;
  private static final long WINDOW = 2 * HOUR;
  private static final WindowCoverage ALL = (_, _, _, _) -> true;

  private final FaultyFileSystem files = new FaultyFileSystem();
  private final VirtualClock clock = new VirtualClock();
  private final SteppedLog owner = new SteppedLog(files, DATA, OWNER, clock);
  private final LogRetention retention = new LogRetention(files, clock, DATA);
  private final long first = clock.wallMillis() / WINDOW * WINDOW;
  private ReplicaFixture replica;

  LogRetentionTest() throws IOException {
    replica = new ReplicaFixture(files, clock, 2);
  }

  @BeforeEach
  void open() throws IOException {
    files.createDirectories(DATA);
    files.forceDirectory(Path.of("/"));
    owner.open();
    replica = new ReplicaFixture(files, clock, 2);
  }

  private void write(long t) {
    owner.commit(t);
  }

  private void roll() {
    owner.roll();
  }

  private static WindowCoverage covers(long... windows) {
    return (window, _, _, _) -> Arrays.stream(windows).anyMatch(covered -> covered == window);
  }

  private List<String> segments() throws IOException {
    return files.list(LOG);
  }

  @Test
  void aSegmentGoesWhenAllItsWindowsAreCovered() throws IOException {
    write(first);
    write(first - WINDOW);
    roll();
    write(first);
    replica.run(5_000);
    retention.others(replica.follower.view(), covers(first));
    assertThat(segments()).as("one of two windows is covered").hasSize(2);
    retention.others(replica.follower.view(), covers(first, first - WINDOW));
    assertThat(segments()).containsExactly(LogFiles.segment(2));
    retention.others(replica.follower.view(), ALL);
    assertThat(segments()).as("the last one of an open log").containsExactly(LogFiles.segment(2));
    assertThat(retention.deleted()).isEqualTo(1);
    assertThat(retention.deletedBytes()).isPositive();
  }

  @Test
  void aWindowMustBeCoveredToItsLastSampleInTheSegment() throws IOException {
    write(first);
    long firstEnd = owner.position().offset();
    write(first - WINDOW);
    long secondEnd = owner.position().offset();
    roll();
    write(first);
    replica.run(5_000);
    retention.others(replica.follower.view(), (_, _, _, end) -> end <= firstEnd);
    assertThat(segments()).hasSize(2);
    retention.others(replica.follower.view(), (_, _, _, end) -> end <= secondEnd);
    assertThat(segments()).as("END and what is beyond the samples does not count").hasSize(1);
  }

  @Test
  void segmentsGoInAscendingOrderWithoutAGap() throws IOException {
    write(first);
    roll();
    write(first + WINDOW);
    roll();
    write(first + 2 * WINDOW);
    replica.run(5_000);
    retention.others(replica.follower.view(), covers(first + WINDOW));
    assertThat(segments()).hasSize(3);
    retention.others(replica.follower.view(), covers(first, first + WINDOW));
    assertThat(segments()).containsExactly(LogFiles.segment(3));
  }

  @Test
  void aDamagedSegmentIsNeverDeletedNorWhatFollowsIt() throws IOException {
    write(first);
    byte[] bad = {1, 2, 3, 4};
    roll();
    write(first + WINDOW);
    roll();
    write(first + 2 * WINDOW);
    owner.stop();
    replace(1, bad);
    replica.run(8_000);
    assertThat(replica.view(OWNER).damaged()).isTrue();
    retention.others(replica.follower.view(), ALL);
    assertThat(segments()).hasSize(4);
    assertThat(replica.view(OWNER).intact().segment()).as("and it is not taken for consumed").isLessThan(2);
  }

  private void replace(int number, byte[] bytes) throws IOException {
    Path path = LOG.resolve(LogFiles.segment(number));
    files.delete(path);
    try (AppendFile file = files.create(path)) {
      file.writeAll(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void aSealedLogGoesAnHourAfterItsSealWasSeenTheSealLast() throws IOException {
    write(first);
    roll();
    write(first + WINDOW);
    owner.stop();
    replica.run(5_000);
    assertThat(replica.view(OWNER).status()).isEqualTo(Status.SEALED);
    retention.directories(replica.incarnation, replica.follower.view());
    retention.others(replica.follower.view(), ALL);
    assertThat(segments()).as("only the seal").containsExactly(LogFiles.segment(3));
    clock.pass(HOUR - 1);
    retention.directories(replica.incarnation, replica.follower.view());
    assertThat(segments()).hasSize(1);
    clock.pass(1);
    retention.directories(replica.incarnation, replica.follower.view());
    assertThat(files.list(LogFiles.logs(DATA))).isEmpty();
    assertThat(files.list(DATA.resolve("trash"))).contains("log-" + OWNER, "tmp-" + OWNER);
    clock.pass(HOUR);
    retention.directories(replica.incarnation, replica.follower.view());
    assertThat(files.list(DATA.resolve("trash"))).isEmpty();
    assertThat(files.list(DATA.resolve("tmp"))).containsExactly(replica.incarnation.toString());
  }

  @Test
  void aSealedLogWithSegmentsThatAreNotCoveredStays() throws IOException {
    write(first);
    owner.stop();
    replica.run(5_000);
    for (int i = 0; i < 5; i++) {
      retention.others(replica.follower.view(), WindowCoverage.NOTHING);
      retention.directories(replica.incarnation, replica.follower.view());
      clock.pass(HOUR);
    }
    assertThat(segments()).hasSize(2);
  }

  @Test
  void anOpenLogKeepsItsDirectoriesHoweverOld() throws IOException {
    for (int i = 0; i < 3; i++) {
      replica.follower.step();
      retention.directories(replica.incarnation, replica.follower.view());
      clock.pass(HOUR);
      owner.step();
    }
    assertThat(files.list(LogFiles.logs(DATA))).containsExactly(OWNER.toString());
    assertThat(files.list(DATA.resolve("tmp"))).contains(OWNER.toString(), replica.incarnation.toString());
  }

  /// A process makes its directory for temporary files before its log.
  @Test
  void leavingsWithoutALogGoAfterAnHour() throws IOException {
    Ulid other = ulid(7);
    files.createDirectories(LogFiles.temporary(DATA, other));
    retention.directories(replica.incarnation, replica.follower.view());
    files.createDirectories(LogFiles.log(DATA, other));
    clock.pass(HOUR);
    retention.directories(replica.incarnation, replica.follower.view());
    assertThat(files.list(DATA.resolve("tmp"))).contains(other.toString());
    files.delete(LogFiles.log(DATA, other));
    retention.directories(replica.incarnation, replica.follower.view());
    clock.pass(HOUR);
    retention.directories(replica.incarnation, replica.follower.view());
    assertThat(files.list(DATA.resolve("tmp"))).doesNotContain(other.toString());
  }

  @Test
  void twoReplicasDeletingAtOnceDoNotDisturbEachOther() throws IOException {
    write(first);
    roll();
    write(first);
    replica.run(5_000);
    var other = new LogRetention(files, clock, DATA);
    var view = replica.follower.view();
    other.others(view, ALL);
    retention.others(view, ALL);
    retention.others(view, ALL);
    assertThat(segments()).containsExactly(LogFiles.segment(2));
    assertThat(other.deleted() + retention.deleted()).isEqualTo(1);
  }

  /// Whatever fails or crashes: no gap above the lowest segment, and a seal as long as there is anything.
  @Test
  void atNoMomentIsThereAGapOrALogWithoutItsSeal() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      var volume = new FaultyFileSystem();
      var time = new VirtualClock();
      volume.createDirectories(DATA);
      volume.forceDirectory(Path.of("/"));
      var log = new LogRetentionRun(volume, time);
      log.crashWhileCleaning(seed);
    }
  }

  /// One log of several segments that is cleaned away under faults.
  private static final class LogRetentionRun {
    private final FaultyFileSystem volume;
    private final VirtualClock time;

    LogRetentionRun(FaultyFileSystem volume, VirtualClock time) {
      this.volume = volume;
      this.time = time;
    }

    void crashWhileCleaning(int seed) throws IOException {
      var log = new SteppedLog(volume, DATA, OWNER, time);
      log.open();
      for (int i = 0; i < 3; i++) {
        long segment = log.position().segment();
        while (log.position().segment() == segment) {
          time.pass(5_000);
          log.step();
        }
      }
      log.stop();
      var follower = new ReplicaFixture(volume, time, 2);
      follower.run(5_000);
      int from = volume.operations().size();
      Fault fault = seed % 2 == 0 ? Fault.CRASH_WITHIN : Fault.ERROR_AFTER;
      volume.failAt(from + seed / 2, fault);
      clean(follower);
      volume.crash(new Random(seed));
      List<String> left = listed();
      if (!left.isEmpty()) {
        assertThat(left).as("seed %d", seed).last().isEqualTo(LogFiles.segment(5));
        long lowest = LogFiles.segmentNumber(left.getFirst()).orElseThrow();
        assertThat(left).as("seed %d", seed).hasSize((int) (5 - lowest + 1));
      }
    }

    private void clean(ReplicaFixture follower) {
      var retention = new LogRetention(volume, time, DATA);
      for (int i = 0; i < 3; i++) {
        try {
          retention.directories(follower.incarnation, follower.follower.view());
          retention.others(follower.follower.view(), ALL);
        } catch (IOException expected) {
          assertThat(expected).isNotNull();
        } catch (PowerLoss end) {
          return;
        }
        time.pass(HOUR);
      }
    }

    private List<String> listed() throws IOException {
      return volume.list(LogFiles.logs(DATA)).contains(OWNER.toString()) ? volume.list(LOG) : List.of();
    }
  }

  @Test
  void ownSegmentsCarryTheirWindows() {
    write(first);
    write(first - WINDOW);
    long end = owner.position().offset();
    write(first);
    roll();
    write(first + WINDOW);
    List<Segment> rolled = owner.rolled();
    assertThat(rolled).hasSize(1);
    assertThat(rolled.getFirst().touched().keySet()).isEqualTo(Set.of(first, first - WINDOW));
    assertThat(rolled.getFirst().touched()).containsEntry(first - WINDOW, end);
    replica.run(5_000);
    assertThat(replica.view(OWNER).segments().getFirst().touched()).as("as a follower sees them")
        .isEqualTo(rolled.getFirst().touched());
    assertThat(rolled.getFirst().file().end())
        .isEqualTo(replica.view(OWNER).segments().getFirst().file().end());
  }

  @Test
  void anErrorLeavesTheRestForTheNextTime() throws IOException {
    write(first);
    roll();
    write(first);
    replica.run(5_000);
    files.failAt(files.operations().size(), Fault.ERROR_BEFORE);
    assertThatThrownBy(() -> retention.others(replica.follower.view(), ALL)).isInstanceOf(IOException.class);
    retention.others(replica.follower.view(), ALL);
    assertThat(segments()).containsExactly(LogFiles.segment(2));
  }
}
