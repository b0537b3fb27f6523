package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogCatalogTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Path LOG = LogFiles.log(LogFixture.DATA, LogFixture.INCARNATION);
  private static final int SEGMENTS = 4;

  private final FaultyFileSystem files = new FaultyFileSystem();

  /// A log of four segments and a seal.
  @BeforeEach
  void writeLog() throws IOException {
    files.createDirectories(LogFixture.DATA);
    var roll = new LogRoll(Duration.ofMinutes(30), Duration.ofMinutes(5), Duration.ofHours(2), 1 << 20, 300);
    var fixture = new LogFixture(files, new LogOptions(LogFixture.DATA, LogFixture.INCARNATION, "test",
        LogFixture.WINDOW, LogFixture.INTERVAL, 1 << 20, 100, Duration.ofSeconds(15), Duration.ofSeconds(10),
        roll));
    fixture.log.open();
    for (int i = 0; i < SEGMENTS - 1; i++) {
      fixture.commit(fixture.batch(0, 10, NOW + i, i));
    }
    fixture.log.stop();
  }

  @Test
  void rolledSegmentsEndWhereTheNextOneSays() throws IOException {
    LogCatalog.Log log = only();
    assertThat(log.sealed()).isTrue();
    assertThat(log.damage()).isEmpty();
    assertThat(log.segments()).hasSize(SEGMENTS).allSatisfy(segment -> {
      assertThat(segment.end()).isPresent();
      assertThat(segment.last()).isFalse();
      assertThat(read(segment)).isInstanceOf(SegmentOutcome.Complete.class);
    });
  }

  @Test
  void withoutTheSealTheLastSegmentMayGrow() throws IOException {
    files.delete(LOG.resolve(LogFiles.segment(SEGMENTS + 1)));
    LogSegmentFile last = only().segments().getLast();
    assertThat(only().sealed()).isFalse();
    assertThat(last.last()).isTrue();
    assertThat(last.end()).isEqualTo(OptionalLong.empty());
    write(last.path(), new byte[] {1, 2, 3});
    assertThat(read(last)).isInstanceOf(SegmentOutcome.TornTail.class);
  }

  @Test
  void bytesBehindASealAreIgnored() throws IOException {
    LogSegmentFile last = only().segments().getLast();
    write(last.path(), new byte[] {1, 2, 3});
    assertThat(read(last)).isInstanceOf(SegmentOutcome.Complete.class);
  }

  @Test
  void aGapIsDamageAndTheRestIsRead() throws IOException {
    files.delete(LOG.resolve(LogFiles.segment(2)));
    assertThat(only().damage()).singleElement().asString().contains("segments 2 to 2 are missing");
    assertThat(only().segments()).hasSize(SEGMENTS - 1);
    assertThat(read(only().segments().getFirst())).as("its end is not known any more")
        .isInstanceOf(SegmentOutcome.Complete.class);
  }

  @Test
  void missingSegmentsInFrontHaveBeenCovered() throws IOException {
    files.delete(LOG.resolve(LogFiles.segment(1)));
    files.delete(LOG.resolve(LogFiles.segment(2)));
    assertThat(only().damage()).isEmpty();
    assertThat(only().segments()).hasSize(SEGMENTS - 2);
  }

  @Test
  void aSegmentBehindASealIsNotRead() throws IOException {
    files.link(LOG.resolve(LogFiles.segment(1)), LOG.resolve(LogFiles.segment(SEGMENTS + 2)));
    assertThat(only().segments()).hasSize(SEGMENTS);
    assertThat(only().damage()).singleElement().asString().contains("behind the seal");
  }

  @Test
  void foreignNamesAndUnreadableHeadsStopNothing() throws IOException {
    files.createDirectories(LogFiles.logs(LogFixture.DATA).resolve("lost+found"));
    files.createDirectories(LogFiles.logs(LogFixture.DATA).resolve("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
    write(LOG.resolve("seg-0000000002.bak"), new byte[] {1});
    files.delete(LOG.resolve(LogFiles.segment(2)));
    write(LOG.resolve(LogFiles.segment(2)), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    LogCatalog catalog = LogCatalog.read(files, LogFixture.DATA);
    assertThat(catalog.ignored()).isEqualTo(1);
    assertThat(catalog.logs()).hasSize(2);
    assertThat(catalog.segments()).hasSize(SEGMENTS);
    assertThat(catalog.segments().stream().filter(segment -> read(segment) instanceof SegmentOutcome.Damaged))
        .singleElement().extracting(LogSegmentFile::number).isEqualTo(2L);
  }

  @Test
  void anyFailedReadLeavesTheOtherSegments() throws IOException {
    int first = files.operations().size();
    LogCatalog.read(files, LogFixture.DATA);
    int reads = files.operations().size() - first;
    for (int k = 1; k < reads; k++) {
      files.failAt(files.operations().size() + k, Fault.ERROR_BEFORE);
      assertThat(LogCatalog.read(files, LogFixture.DATA).logs()).hasSize(1);
    }
  }

  @Test
  void randomDirectoriesNeverFailAStart() throws IOException {
    var random = new Random(6);
    for (int i = 0; i < 300; i++) {
      Path directory = LogFiles.logs(LogFixture.DATA).resolve(
          Ulid.of(i, 0, random.nextLong()).toString());
      files.createDirectories(directory);
      for (int n = random.nextInt(4); n > 0; n--) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        write(directory.resolve(LogFiles.segment(n + random.nextInt(2) * 7)), bytes);
      }
    }
    for (LogSegmentFile segment : LogCatalog.read(files, LogFixture.DATA).segments()) {
      SegmentOutcome outcome = read(segment);
      assertThat(outcome instanceof SegmentOutcome.Complete).isEqualTo(segment.path().startsWith(LOG));
    }
  }

  private LogCatalog.Log only() throws IOException {
    return LogCatalog.read(files, LogFixture.DATA).logs().getFirst();
  }

  private SegmentOutcome read(LogSegmentFile segment) {
    return new LogReader(files).read(segment, new RecordingVisitor());
  }

  private void write(Path path, byte[] bytes) throws IOException {
    boolean exists = path.startsWith(LOG) && files.list(LOG).contains(path.getFileName().toString());
    try (AppendFile file = exists ? files.append(path) : files.create(path)) {
      file.writeAll(ByteBuffer.wrap(bytes));
    }
  }
}
