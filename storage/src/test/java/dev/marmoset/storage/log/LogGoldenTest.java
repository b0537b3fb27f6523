package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentCounts;
import dev.marmoset.storage.log.read.SegmentOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Format 1 as it lies on volumes: the files under `golden/log-v1` never change while the format is read.
///
/// `seg-0000000001.txt` explains every byte of `seg-0000000001.bin`; `seg-0000000002.bin` is the seal behind it.
class LogGoldenTest {
  private static final String DIRECTORY = "/golden/log-v1/";
  private static final long NOW = 1_700_000_000_000L;

  /// Writes the log that the golden files hold.
  static FaultyFileSystem write() throws IOException {
    var fixture = LogFixture.open();
    var batch = new LogBatch();
    batch.add(10, NOW, Double.doubleToRawLongBits(5));
    batch.add(11, NOW, Double.doubleToRawLongBits(0.25));
    batch.add(12, NOW, 0x7ff0000000000002L);
    batch.add(13, NOW, 0);
    batch.addExemplar(10, NOW + 3, Double.doubleToRawLongBits(1),
        Labels.of("trace_id", "abc", "job", "node"));
    batch.addMetadata(new MetricMetadata("metric_1", 1, "Help.", "s"));
    batch.judgedAt(fixture.acceptance.millis());
    fixture.commit(batch);
    fixture.commit(second(fixture));
    fixture.log.tell(new LogState(true, false, 60, List.of(new LogPosition(LogFixture.INCARNATION, 1, 300))));
    fixture.log.note(new LogNote(1_699_999_200_000L, 4));
    fixture.clock.pass(5_000);
    fixture.log.step();
    fixture.log.stop();
    return fixture.files;
  }

  private static LogBatch second(LogFixture fixture) {
    var batch = new LogBatch();
    batch.add(11, NOW + 1_000, Double.doubleToRawLongBits(0.5));
    batch.add(12, NOW + 1_001, Double.doubleToRawLongBits(Math.PI));
    batch.add(13, NOW + 1_001, 0);
    batch.add(10, NOW + 1_000, Double.doubleToRawLongBits(6));
    var layout =
        new HistogramLayout(3, Double.doubleToRawLongBits(0.001), Spans.of(-2, 2), Spans.NONE, new long[0]);
    batch.addHistogram(13, NOW + 1_000, new Histogram(ResetHint.NOT_RESET, layout, 7, 1,
        Double.doubleToRawLongBits(2.5), new Buckets(new long[] {4, -2}, new long[0])));
    batch.judgedAt(fixture.acceptance.millis());
    return batch;
  }

  @Test
  void theWriterStillWritesTheGoldenBytes() throws IOException {
    FaultyFileSystem files = write();
    for (int number = 1; number <= 2; number++) {
      String name = LogFiles.segment(number);
      Path path = LogFiles.log(LogFixture.DATA, LogFixture.INCARNATION).resolve(name);
      try (ReadFile file = files.open(path)) {
        byte[] bytes = new byte[(int) file.size()];
        file.readUpTo(0, bytes, 0, bytes.length);
        assertThat(HexFormat.of().formatHex(bytes)).as(name)
            .isEqualTo(HexFormat.of().formatHex(resource(name + ".bin")));
      }
    }
  }

  @Test
  void theExplanationHoldsTheGoldenBytes() throws IOException {
    assertThat(HexFormat.of().formatHex(explained("seg-0000000001.txt")))
        .isEqualTo(HexFormat.of().formatHex(resource("seg-0000000001.bin")));
  }

  @Test
  void theGoldenSegmentDecodes() throws IOException {
    var visitor = new RecordingVisitor();
    SegmentOutcome outcome = read(resource("seg-0000000001.bin"), visitor);
    assertThat(outcome).isInstanceOf(SegmentOutcome.Complete.class);
    assertThat(outcome.counts()).isEqualTo(
        new SegmentCounts(resource("seg-0000000001.bin").length, 5, 4, 10));
    assertThat(visitor.series).containsExactly(LogFixture.labels(10), LogFixture.labels(11),
        LogFixture.labels(12),
        LogFixture.labels(13));
    assertThat(visitor.samples.stream().map(sample -> sample.substring(sample.indexOf("} ") + 2)))
        .containsExactly(
            "1700000000000 4014000000000000", "1700000000000 3fd0000000000000",
            "1700000000000 7ff0000000000002",
            "1700000000000 0", "1700000001000 4018000000000000", "1700000001000 3fe0000000000000",
            "1700000001001 400921fb54442d18", "1700000001001 0");
    assertThat(visitor.others).contains("note 1699999200000 4",
        "touched 1699999200000 1700000000000 1700000001001",
        "MetricMetadata[family=metric_1, type=1, help=Help., unit=s]");
  }

  private static SegmentOutcome read(byte[] bytes, RecordingVisitor visitor) throws IOException {
    var files = new FaultyFileSystem();
    try (AppendFile file = files.create(Path.of("/s"))) {
      file.writeAll(ByteBuffer.wrap(bytes));
    }
    var segment =
        new LogSegmentFile(Path.of("/s"), LogFixture.INCARNATION, 1, OptionalLong.of(bytes.length), false);
    return new LogReader(files).read(segment, visitor);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = LogGoldenTest.class.getResourceAsStream(DIRECTORY + name)) {
      if (in == null) {
        throw new IOException("no golden file " + name);
      }
      return in.readAllBytes();
    }
  }

  /// The bytes of an explanation: lines of hex digits, then `|` and words.
  private static byte[] explained(String name) throws IOException {
    var hex = new StringBuilder();
    for (String line : new String(resource(name), StandardCharsets.UTF_8).lines().toList()) {
      int bar = line.indexOf('|');
      hex.append((bar < 0 ? line : line.substring(0, bar)).replace(" ", ""));
    }
    return HexFormat.of().parseHex(hex);
  }
}
