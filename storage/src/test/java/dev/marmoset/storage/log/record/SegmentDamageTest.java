package dev.marmoset.storage.log.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.ByteWriter;
import dev.marmoset.storage.io.Crc32c;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogFixture;
import dev.marmoset.storage.log.RecordingVisitor;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentOutcome;
import dev.marmoset.storage.log.read.SegmentOutcome.Complete;
import dev.marmoset.storage.log.read.SegmentOutcome.Damaged;
import dev.marmoset.storage.log.read.SegmentOutcome.TooNew;
import dev.marmoset.storage.log.read.SegmentOutcome.TornTail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The reader meets every kind of wrong bytes: it never throws, never trusts a length, and delivers what precedes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SegmentDamageTest {
  private static final long NOW = 1_700_000_000_000L;

  private byte[] good = new byte[0];
  private final RecordingVisitor all = new RecordingVisitor();

  @BeforeAll
  void writeSegment() throws IOException {
    var fixture = LogFixture.open();
    for (int i = 0; i < 4; i++) {
      LogBatch batch = fixture.batch(i, 12, NOW + i, i / 3.0);
      batch.addExemplar(i, NOW, 1, LogFixture.labels(3));
      batch.addMetadata(new MetricMetadata("up", 1, "h" + i, "u"));
      batch.judgedAt(fixture.acceptance.millis());
      fixture.commit(batch);
    }
    fixture.commit(fixture.batch(0, 700, NOW + 9, 7));
    LogSegmentFile segment = LogCatalog.read(fixture.files, LogFixture.DATA).segments().getFirst();
    try (ReadFile file = fixture.files.open(segment.path())) {
      good = new byte[(int) file.size()];
      file.readUpTo(0, good, 0, good.length);
    }
    assertThat(read(good, OptionalLong.empty(), all)).isInstanceOf(Complete.class);
    assertThat(all.recordEnds).hasSizeGreaterThan(6);
  }

  @Test
  void aTailCutAtAnyByteIsReadUpToTheCut() throws IOException {
    for (int cut = 0; cut < good.length; cut++) {
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = read(Arrays.copyOf(good, cut), OptionalLong.empty(), visitor);
      long whole = wholeRecords(cut);
      if (whole == 0) {
        assertThat(outcome).as("cut at %d", cut).isInstanceOf(Damaged.class);
      } else {
        assertThat(outcome).as("cut at %d", cut).isInstanceOf(whole == cut ? Complete.class : TornTail.class);
        assertThat(outcome.counts().end()).isEqualTo(whole);
      }
      assertPrefix(visitor, whole);
    }
  }

  @Test
  void aRolledSegmentCutAtAnyByteIsDamaged() throws IOException {
    for (int cut = 0; cut < good.length; cut++) {
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = read(Arrays.copyOf(good, cut), OptionalLong.of(good.length), visitor);
      assertThat(outcome).as("cut at %d", cut).isInstanceOf(Damaged.class);
      assertPrefix(visitor, wholeRecords(cut));
    }
  }

  @Test
  void anyFlippedBitEndsTheReadingBeforeItsRecord() throws IOException {
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bytes = good.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      long before = wholeRecords(bit / 8);
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = read(bytes, OptionalLong.empty(), visitor);
      if (bit / 8 == LogFormat.MAGIC_LENGTH - 1 && bit % 8 > 0) {
        assertThat(outcome).as("bit %d of the version", bit).isInstanceOf(TooNew.class);
      } else {
        assertThat(outcome).as("bit %d", bit).isInstanceOf(before == 0 ? Damaged.class : TornTail.class);
      }
      assertThat(outcome.counts().end()).as("bit %d", bit).isEqualTo(before);
      assertPrefix(visitor, before);
    }
  }

  @Test
  void zeroHolesAndForeignBytesAreNoRecords() throws IOException {
    var random = new Random(9);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = good.clone();
      int from = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, from + 1 + random.nextInt(600));
      if (random.nextBoolean()) {
        Arrays.fill(bytes, from, to, (byte) 0);
      } else {
        System.arraycopy(good, random.nextInt(good.length - (to - from) + 1), bytes, from, to - from);
      }
      int differs = Arrays.mismatch(good, bytes);
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = read(bytes, OptionalLong.empty(), visitor);
      assertPrefix(visitor, differs < 0 ? good.length : wholeRecords(differs));
      assertThat(outcome instanceof Complete).isEqualTo(differs < 0);
    }
  }

  @Test
  void recordsOfAnotherLogSegmentOrPlaceNeverValidate() throws IOException {
    byte[] repeated = Arrays.copyOf(good, good.length * 2);
    System.arraycopy(good, LogFormat.MAGIC_LENGTH, repeated, good.length,
        good.length - LogFormat.MAGIC_LENGTH);
    assertThat(read(repeated, OptionalLong.empty(), new RecordingVisitor()).counts().end())
        .isEqualTo(good.length);
    var files = volume(good);
    for (LogSegmentFile elsewhere : new LogSegmentFile[] {
      new LogSegmentFile(Path.of("/s"), new Ulid(1, 1), 1, OptionalLong.empty(), true),
      new LogSegmentFile(Path.of("/s"), LogFixture.INCARNATION, 2, OptionalLong.empty(), true)}) {
      assertThat(new LogReader(files).read(elsewhere, new RecordingVisitor())).isInstanceOf(Damaged.class);
    }
  }

  @Test
  void bytesBehindTheStatedEndAreIgnored() throws IOException {
    for (long end : all.recordEnds) {
      var visitor = new RecordingVisitor();
      SegmentOutcome outcome = read(good, OptionalLong.of(end), visitor);
      assertThat(outcome).isInstanceOf(Complete.class);
      assertThat(outcome.counts().end()).isEqualTo(end);
      assertPrefix(visitor, end);
      assertThat(read(good, OptionalLong.of(end - 1), new RecordingVisitor())).isInstanceOf(Damaged.class);
    }
  }

  @Test
  void validChecksumsOverNonsenseNeverThrow() throws IOException {
    var random = new Random(10);
    for (int i = 0; i < 20_000; i++) {
      int record = random.nextInt(all.recordEnds.size());
      int from = record == 0 ? LogFormat.MAGIC_LENGTH : (int) (long) all.recordEnds.get(record - 1);
      byte[] bytes = Arrays.copyOf(good, (int) (long) all.recordEnds.get(record));
      int body = from + LogFormat.HEADER_LENGTH;
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[body + random.nextInt(bytes.length - body)] =
            (byte) (random.nextInt(3) == 0 ? -1 : random.nextInt());
      }
      bytes[from + LogFormat.TYPE_OFFSET] = (byte) (random.nextInt(5) == 0 ? random.nextInt(8) : 3);
      bytes[from + LogFormat.FLAGS_OFFSET] = (byte) (random.nextInt(5) == 0 ? random.nextInt(8) : 0);
      sign(bytes, from);
      var segment = new LogSegmentFile(Path.of("/s"), LogFixture.INCARNATION, 1, OptionalLong.empty(), true);
      assertThat(new LogReader(volume(bytes)).read(segment, SegmentHead.Ignore.INSTANCE)).isNotNull();
    }
  }

  @Test
  void unknownTypesAndSectionsAreTooNewUnlessTheyMayBeSkipped() throws IOException {
    assertThat(withRecord(9, 0, 3)).isInstanceOf(TooNew.class);
    assertThat(withRecord(9, 0x80, 3)).isInstanceOf(Complete.class);
    assertThat(withRecord(LogFormat.GROUP, 0, 3)).isInstanceOf(Damaged.class);
    assertThat(withRecord(LogFormat.GROUP, 0, 11)).isInstanceOf(TooNew.class);
    assertThat(withRecord(LogFormat.GROUP, 0, 127)).isInstanceOf(TooNew.class);
    assertThat(withRecord(LogFormat.GROUP, 0, 130)).isInstanceOf(Complete.class);
    assertThat(withRecord(LogFormat.GROUP, 3, 3)).isInstanceOf(TooNew.class);
    assertThat(withRecord(LogFormat.GROUP, 4, 3)).isInstanceOf(TooNew.class);
    assertThat(withRecord(LogFormat.OPEN, 0, 3)).isInstanceOf(Damaged.class);
  }

  @Test
  void anUnreadableFileIsDamaged() throws IOException {
    var files = volume(good);
    files.failAt(files.operations().size() + 4, Fault.STALE);
    assertThat(read(files, OptionalLong.empty(), new RecordingVisitor())).as("opened anew")
        .isInstanceOf(Complete.class);
    var missing = new LogSegmentFile(Path.of("/gone"), LogFixture.INCARNATION, 1, OptionalLong.empty(), true);
    assertThat(new LogReader(files).read(missing, new RecordingVisitor())).isInstanceOf(Damaged.class);
  }

  /// Adds a record with one section of two bytes.
  private SegmentOutcome withRecord(int type, int flags, int section) throws IOException {
    try (var out = new ByteWriter(64)) {
      out.u64(4);
      out.u8(type);
      out.u8(flags);
      out.u16(0);
      out.u32(all.recordEnds.size());
      out.uvarint(section);
      int idLength = out.size() - LogFormat.HEADER_LENGTH;
      out.uvarint(2);
      out.u16(0xFFFF);
      out.u32At(0, idLength + 3);
      byte[] bytes = Arrays.copyOf(good, good.length + out.size());
      System.arraycopy(out.toByteArray(), 0, bytes, good.length, out.size());
      sign(bytes, good.length);
      return read(bytes, OptionalLong.empty(), new RecordingVisitor());
    }
  }

  private static void sign(byte[] bytes, int from) {
    byte[] incarnation = LogFixture.INCARNATION.toBytes();
    int covered = from + LogFormat.TYPE_OFFSET;
    int crc = new Crc32c().bytes(incarnation, 0, incarnation.length).u64(1).u64(from)
        .bytes(bytes, covered, bytes.length - covered).value();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(from + LogFormat.CRC_OFFSET, crc);
  }

  private long wholeRecords(int before) {
    return all.recordEnds.stream().filter(end -> end <= before).mapToLong(Long::longValue).max().orElse(0);
  }

  private void assertPrefix(RecordingVisitor visitor, long end) {
    assertThat(visitor.recordEnds).isEqualTo(all.recordEnds.stream().filter(each -> each <= end).toList());
    assertThat(visitor.samples).isEqualTo(all.samples.subList(0, visitor.samples.size()));
    assertThat(visitor.others).isEqualTo(all.others.subList(0, visitor.others.size()));
  }

  private static SegmentOutcome read(byte[] bytes, OptionalLong end, RecordingVisitor visitor)
      throws IOException {
    return read(volume(bytes), end, visitor);
  }

  private static SegmentOutcome read(FaultyFileSystem files, OptionalLong end, RecordingVisitor visitor) {
    var segment = new LogSegmentFile(Path.of("/s"), LogFixture.INCARNATION, 1, end, end.isEmpty());
    return new LogReader(files).read(segment, visitor);
  }

  private static FaultyFileSystem volume(byte[] bytes) throws IOException {
    var files = new FaultyFileSystem();
    try (AppendFile file = files.create(Path.of("/s"))) {
      file.writeAll(ByteBuffer.wrap(bytes));
    }
    return files;
  }
}
