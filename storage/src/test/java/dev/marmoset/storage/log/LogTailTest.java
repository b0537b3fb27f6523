package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogTail;
import dev.marmoset.storage.log.read.LogTail.Status;
import dev.marmoset.storage.log.record.LogFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogTailTest {
  private static final Path LOG = LogFiles.log(LogFixture.DATA, LogFixture.INCARNATION);
  private static final long NOW = 1_700_000_000_000L;

  private final List<Long> times = new ArrayList<>();
  private final VirtualClock clock = new VirtualClock();
  private FaultyFileSystem files = new FaultyFileSystem();
  private SteppedLog owner = new SteppedLog(files, LogFixture.DATA, LogFixture.INCARNATION, clock);
  private LogTail tail = tail(files);

  @BeforeEach
  void open() throws IOException {
    owner.open();
  }

  private LogTail tail(FaultyFileSystem volume) {
    return new LogTail(volume, LogFixture.DATA, LogFixture.INCARNATION, (_, observed) -> new LogVisitor() {
      private long recordEnd;

      @Override
      public void recordBegin(long offset) {
        recordEnd = offset;
      }

      @Override
      public void series(int number, Labels labels) {}

      @Override
      public void sample(int number, long t, long valueBits) {
        observed.touch(Math.floorDiv(t, LogFormat.WINDOW_MS) * LogFormat.WINDOW_MS, recordEnd);
        times.add(t);
      }

      @Override
      public void histogram(int number, long t, HistogramSample sample) {}

      @Override
      public void accept(long window, long floor) {
        observed.accept(window, floor);
      }

      @Override
      public void segmentEnd() {
        observed.end();
      }
    });
  }

  private void write(long t) {
    owner.commit(t);
  }

  private void roll() {
    owner.roll();
  }

  @Test
  void aLookReadsWhatIsNew() throws IOException {
    write(NOW);
    assertThat(tail.look()).isTrue();
    assertThat(times).containsExactly(NOW);
    assertThat(tail.look()).isFalse();
    write(NOW + 1);
    write(NOW + 2);
    assertThat(tail.look()).isTrue();
    assertThat(times).containsExactly(NOW, NOW + 1, NOW + 2);
    assertThat(tail.consumed()).isEqualTo(owner.position());
    assertThat(tail.window()).isEqualTo(86_400_000);
    assertThat(tail.floor()).isBetween(NOW - 61_000, NOW);
  }

  @Test
  void aQuietLookTouchesOnlyTheFileUntilTheSecond() throws IOException {
    write(NOW);
    tail.look();
    int before = files.operations().size();
    tail.look();
    assertThat(files.operations().subList(before, files.operations().size()))
        .noneMatch(operation -> operation.startsWith("list") || operation.startsWith("force"));
    tail.look();
    assertThat(files.operations()).last().asString().startsWith("list");
  }

  @Test
  void theNextSegmentIsReadInTheLookThatSeesTheEnd() throws IOException {
    write(NOW);
    tail.look();
    roll();
    write(NOW + 7_200_000);
    assertThat(tail.look()).isTrue();
    assertThat(times).containsExactly(NOW, NOW + 7_200_000);
    assertThat(tail.consumed()).isEqualTo(owner.position());
    assertThat(tail.segments().firstEntry().getValue().file().end()).isPresent();
    assertThat(tail.segments().firstEntry().getValue().touched()).containsOnlyKeys(1_699_999_200_000L);
  }

  /// A poisoned segment has no END.
  @Test
  void aRenewedLogIsFoundAfterTwoQuietLooks() throws IOException {
    write(NOW);
    tail.look();
    clock.pass(20_000);
    owner.step();
    clock.pass(1_000);
    owner.step();
    write(NOW + 3);
    assertThat(owner.position().segment()).isEqualTo(2);
    tail.look();
    tail.look();
    assertThat(times).containsExactly(NOW, NOW + 3);
    assertThat(tail.damages()).isZero();
  }

  @Test
  void aSealedLogIsReadToItsEndAndNeverAgain() throws IOException {
    write(NOW);
    tail.look();
    write(NOW + 1);
    owner.stop();
    assertThat(tail.look()).isTrue();
    assertThat(tail.status()).isEqualTo(Status.SEALED);
    assertThat(times).containsExactly(NOW, NOW + 1);
    assertThat(tail.damages()).isZero();
    int before = files.operations().size();
    assertThat(tail.look()).isFalse();
    assertThat(files.operations()).hasSize(before);
  }

  /// Whatever part of the log a look finds, it takes the whole records of it, once.
  @Test
  void everyPrefixIsReadAsFarAsItGoes() throws IOException {
    write(NOW);
    write(NOW + 1);
    roll();
    write(NOW + 2);
    owner.stop();
    byte[] first = content(files, 1);
    byte[] second = content(files, 2);
    byte[] seal = content(files, 3);
    files = new FaultyFileSystem();
    tail = tail(files);
    files.createDirectories(LOG);
    grow(1, first);
    grow(2, second);
    put(3, seal);
    tail.look();
    tail.look();
    assertThat(times).containsExactly(NOW, NOW + 1, NOW + 2);
    assertThat(tail.status()).isEqualTo(Status.SEALED);
    assertThat(tail.damages()).isZero();
  }

  /// A segment appears with its whole first record and then grows byte by byte.
  private void grow(int number, byte[] bytes) throws IOException {
    int open = 8 + 16 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
    try (AppendFile file = files.create(LOG.resolve(LogFiles.segment(number)))) {
      file.writeAll(ByteBuffer.wrap(bytes, 0, open));
      tail.look();
      tail.look();
      for (int at = open; at < bytes.length; at++) {
        file.writeAll(ByteBuffer.wrap(bytes, at, 1));
        tail.look();
        assertThat(times).isSorted().doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void damageBelowAStatedEndIsLeftBehind() throws IOException {
    write(NOW);
    write(NOW + 1);
    roll();
    write(NOW + 2);
    byte[] first = content(files, 1);
    byte[] second = content(files, 2);
    first[first.length - 40] ^= 1;
    files = new FaultyFileSystem();
    tail = tail(files);
    put(1, first);
    tail.look();
    assertThat(tail.damages()).as("not there yet").isZero();
    put(2, second);
    tail.look();
    tail.look();
    assertThat(times).startsWith(NOW).endsWith(NOW + 2);
    assertThat(tail.damages()).isEqualTo(1);
    assertThat(tail.isDamaged()).isTrue();
    assertThat(tail.segments().firstEntry().getValue().damaged()).isTrue();
  }

  @Test
  void samplesReadBeforeALowerSealAreKeptWithoutDamage() throws IOException {
    write(NOW);
    long end = owner.position().offset();
    write(NOW + 1);
    tail.look();
    files.createDirectories(LogFiles.temporary(LogFixture.DATA, LogFixture.INCARNATION));
    assertThat(new LogSeal(LogFixture.INCARNATION, 2, end, LogFixture.INCARNATION, 5, NOW)
        .creation(files, LogFixture.DATA, "test").attempt())
        .isEqualTo(ExclusiveCreate.Result.WON);
    tail.lookAtAll();
    assertThat(tail.status()).isEqualTo(Status.SEALED);
    assertThat(times).containsExactly(NOW, NOW + 1);
    assertThat(tail.damages()).isZero();
    assertThat(LogCatalog.read(files, LogFixture.DATA).logs().getFirst().sealed()).isTrue();
  }

  @Test
  void vanishedSegmentsAreCoveredAndTheLowestIsNext() throws IOException {
    write(NOW);
    tail.look();
    write(NOW + 1);
    roll();
    write(NOW + 2);
    roll();
    write(NOW + 3);
    files.delete(LOG.resolve(LogFiles.segment(1)));
    files.delete(LOG.resolve(LogFiles.segment(2)));
    tail.look();
    assertThat(times).containsExactly(NOW, NOW + 3);
    assertThat(tail.vanished()).isEqualTo(1);
    assertThat(tail.damages()).isZero();
    assertThat(tail.segments().firstKey()).isEqualTo(3);
  }

  @Test
  void aDirectoryThatIsGoneIsTheEnd() throws IOException {
    write(NOW);
    tail.look();
    files.rename(LOG, LogFixture.DATA.resolve("elsewhere"));
    tail.look();
    assertThat(tail.status()).isEqualTo(Status.GONE);
  }

  @Test
  void aGapAboveTheLowestSegmentIsDamage() throws IOException {
    write(NOW);
    roll();
    write(NOW + 1);
    roll();
    write(NOW + 2);
    files.delete(LOG.resolve(LogFiles.segment(2)));
    tail.look();
    assertThat(times).containsExactly(NOW, NOW + 2);
    assertThat(tail.damages()).isEqualTo(1);
  }

  @Test
  void aNewerSegmentEndsTheFollowing() throws IOException {
    write(NOW);
    tail.look();
    byte[] next = content(files, 1);
    next[7] = 2;
    put(2, next);
    tail.lookAtAll();
    assertThat(tail.status()).isEqualTo(Status.TOO_NEW);
    assertThat(times).containsExactly(NOW);
  }

  @Test
  void aBrokenLastSegmentIsWaitedForAndLeftOnceAnotherFollows() throws IOException {
    write(NOW);
    tail.look();
    byte[] next = content(files, 1);
    put(2, new byte[] {1, 2, 3});
    tail.lookAtAll();
    assertThat(tail.damages()).isZero();
    assertThat(tail.sight().last()).isEqualTo(2);
    put(3, next);
    tail.lookAtAll();
    put(4, next);
    tail.lookAtAll();
    assertThat(tail.damages()).isPositive();
    assertThat(tail.status()).isEqualTo(Status.OPEN);
  }

  @Test
  void anEmptyDirectoryIsALogWithoutSegments() throws IOException {
    files = new FaultyFileSystem();
    tail = tail(files);
    files.createDirectories(LOG);
    assertThat(tail.look()).isFalse();
    assertThat(tail.sight()).isEqualTo(new LogTail.Sight(0, 0, 0, 0));
    assertThat(tail.status()).isEqualTo(Status.OPEN);
  }

  @Test
  void anyFailedOperationIsOvercomeByLookingAgain() throws IOException {
    write(NOW);
    write(NOW + 1);
    roll();
    write(NOW + 2);
    owner.stop();
    int begin = files.operations().size();
    assertThat(tail.look()).isTrue();
    int operations = files.operations().size() - begin;
    for (int k = 0; k < operations; k++) {
      for (Fault fault : List.of(Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.SHORT)) {
        times.clear();
        LogTail again = tail(files);
        files.failAt(files.operations().size() + k, fault);
        for (int look = 0; look < 5 && again.status() == Status.OPEN; look++) {
          try {
            again.look();
          } catch (IOException expected) {
            assertThat(expected).isNotNull();
          }
        }
        assertThat(times).as("operation %d %s", k, fault).containsExactly(NOW, NOW + 1, NOW + 2);
        assertThat(again.status()).isEqualTo(Status.SEALED);
        assertThat(again.damages()).isZero();
      }
    }
  }

  @Test
  void aSegmentThatIsNeverGivenIsLeftOnceOthersFollow() throws IOException {
    write(NOW);
    roll();
    write(NOW + 1);
    roll();
    write(NOW + 2);
    files.beforeEach(operation -> {
      if (files.operations().get(operation).endsWith(LogFiles.segment(2))) {
        files.failAt(operation, Fault.ERROR_BEFORE);
      }
    });
    for (int look = 0; look < 20 && times.size() < 2; look++) {
      try {
        tail.look();
      } catch (IOException expected) {
        assertThat(expected).isNotNull();
      }
    }
    assertThat(times).containsExactly(NOW, NOW + 2);
    assertThat(tail.isDamaged()).isTrue();
    assertThat(tail.intact().segment()).isLessThan(3);
  }

  @Test
  void anUnreadableDirectoryIsAnError() throws IOException {
    files.failAt(files.operations().size(), Fault.STALE);
    assertThatThrownBy(() -> tail.look()).isInstanceOf(IOException.class);
    write(NOW);
    tail.look();
    assertThat(times).containsExactly(NOW);
  }

  private static byte[] content(FaultyFileSystem volume, int number) throws IOException {
    try (ReadFile file = volume.open(LOG.resolve(LogFiles.segment(number)))) {
      byte[] bytes = new byte[(int) file.size()];
      assertThat(file.readUpTo(0, bytes, 0, bytes.length)).isEqualTo(bytes.length);
      return bytes;
    }
  }

  private void put(int number, byte[] bytes) throws IOException {
    files.createDirectories(LOG);
    try (AppendFile file = files.create(LOG.resolve(LogFiles.segment(number)))) {
      file.writeAll(ByteBuffer.wrap(bytes));
    }
  }
}
