package dev.marmoset.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentOutcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is committed comes back: any value bits, any times, any order.
class LogRoundTripPropertyTest {
  private static final long NOW = 1_700_000_000_000L;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void floatsOfAllClassesComeBackBitForBit(long seed) throws IOException {
    var random = new Random(seed);
    var fixture = LogFixture.open();
    var expected = new ArrayList<String>();
    long[] last = new long[400];
    for (int group = 0; group < 60; group++) {
      LogBatch batch = randomBatch(random, last);
      batch.judgedAt(fixture.acceptance.millis());
      assertThat(fixture.commit(batch)).isEqualTo(CommitOutcome.Durable.INSTANCE);
      expected.addAll(LogFixture.samples(batch));
    }
    assertThat(fixture.readAll()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void samplesOfOneSeriesKeepTheirOrder() throws IOException {
    var fixture = LogFixture.open();
    var batch = new LogBatch();
    for (int i = 0; i < 3000; i++) {
      batch.add(i * 7919 % 300, NOW, i);
    }
    batch.judgedAt(fixture.acceptance.millis());
    fixture.commit(batch);
    List<String> all = fixture.readAll();
    for (int series = 0; series < 300; series++) {
      String labels = LogFixture.labels(series).toString();
      List<String> expected = LogFixture.samples(batch).stream().filter(s -> s.startsWith(labels)).toList();
      assertThat(all.stream().filter(s -> s.startsWith(labels))).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void manyDefinitionsAndSamplesSpanSeveralRecords() throws IOException {
    var fixture = LogFixture.open();
    LogBatch batch = fixture.batch(0, 300_000, NOW, 0.25);
    assertThat(fixture.commit(batch)).isEqualTo(CommitOutcome.Durable.INSTANCE);
    LogSegmentFile segment = LogCatalog.read(fixture.files, LogFixture.DATA).segments().getFirst();
    var sum = new RecordingVisitor();
    SegmentOutcome outcome = new LogReader(fixture.files).read(segment, sum);
    assertThat(outcome).isInstanceOf(SegmentOutcome.Complete.class);
    assertThat(outcome.counts().samples()).isEqualTo(300_000);
    assertThat(outcome.counts().series()).isEqualTo(300_000);
    assertThat(outcome.counts().records()).isGreaterThan(5);
    assertThat(sum.samples.getLast()).isEqualTo(LogFixture.samples(batch).getLast());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void histogramsExemplarsAndMetadataComeBack(long seed) throws IOException {
    var random = new Random(seed);
    var fixture = LogFixture.open();
    var expected = new ArrayList<String>();
    for (int group = 0; group < 20; group++) {
      var batch = new LogBatch();
      for (int i = 0; i < random.nextInt(30); i++) {
        int series = random.nextInt(50);
        long t = NOW + random.nextInt(100_000) - 50_000;
        HistogramSample sample = histogram(random);
        batch.addHistogram(series, t, sample);
        expected.add("histogram " + LogFixture.labels(series) + " " + t + " " + sample);
      }
      for (int i = 0; i < random.nextInt(5); i++) {
        int series = random.nextInt(50);
        var labels = Labels.of("trace_id", Long.toHexString(random.nextLong()), "job", "node");
        batch.addExemplar(series, NOW + i, i, labels);
        expected.add("exemplar " + LogFixture.labels(series) + " " + (NOW + i) + " " + i + " " + labels);
      }
      batch.judgedAt(fixture.acceptance.millis());
      fixture.commit(batch);
    }
    var visitor = readOnly(fixture);
    visitor.others.removeIf(other -> other.startsWith("accept") || other.startsWith("LogState"));
    assertThat(visitor.others).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void metadataIsWrittenOnceAndWhenItChanges() throws IOException {
    var fixture = LogFixture.open();
    var first = new MetricMetadata("up", 2, "Whether it is up.", "");
    var second = new MetricMetadata("up", 2, "Whether it is reachable.", "");
    for (MetricMetadata entry : List.of(first, first, second, second)) {
      var batch = new LogBatch();
      batch.addMetadata(entry);
      batch.judgedAt(fixture.acceptance.millis());
      assertThat(fixture.commit(batch)).isEqualTo(CommitOutcome.Durable.INSTANCE);
    }
    assertThat(readOnly(fixture).others.stream().filter(other -> other.startsWith("MetricMetadata")))
        .containsExactly(first.toString(), second.toString());
  }

  @Test
  void replicasAreToldStateNotesAndTouchedWindows() throws IOException {
    var fixture = LogFixture.open();
    var position = new LogPosition(LogFixture.INCARNATION, 3, 4711);
    var state = new LogState(true, true, 77, List.of(position));
    fixture.log.tell(state);
    fixture.log.note(new LogNote(7_200_000, 12));
    fixture.commit(fixture.batch(0, 1, NOW, 1));
    fixture.log.stop();
    assertThat(readOnly(fixture).others).contains(state.toString(), "note 7200000 12",
        "touched 1699999200000 " + NOW + " " + NOW,
        "accept 86400000 " + (1_700_000_001_000L - 60_000));
  }

  private static RecordingVisitor readOnly(LogFixture fixture) throws IOException {
    var visitor = new RecordingVisitor();
    for (LogSegmentFile segment : LogCatalog.read(fixture.files, LogFixture.DATA).segments()) {
      assertThat(new LogReader(fixture.files).read(segment, visitor))
          .isInstanceOf(SegmentOutcome.Complete.class);
    }
    return visitor;
  }

  private static LogBatch randomBatch(Random random, long[] last) {
    var batch = new LogBatch();
    int style = random.nextInt(4);
    int first = random.nextInt(last.length / 2);
    for (int i = 0; i < random.nextInt(400); i++) {
      int series = style == 0 ? random.nextInt(last.length) : (first + i) % last.length;
      long t = NOW + (style == 2 ? random.nextInt(50) : style == 3 && i > 20 ? random.nextLong() >> 12 : 0);
      last[series] = random.nextInt(4) == 0 ? last[series] : nextBits(random, last[series]);
      batch.add(series, t, last[series]);
    }
    if (batch.isEmpty()) {
      batch.add(0, Long.MIN_VALUE / 2, last[0]);
    }
    return batch;
  }

  /// Values of every class: integers, decimals, neighbours, NaN payloads, signed zeros, infinities, subnormals, any bits.
  private static long nextBits(Random random, long before) {
    double last = Double.longBitsToDouble(before);
    return switch (random.nextInt(12)) {
      case 0 -> random.nextLong();
      case 1 -> 0x7ff0000000000002L;
      case 2 -> 0x7ff0000000000000L | random.nextLong() >>> 12 | (random.nextLong() & Long.MIN_VALUE);
      case 3 -> Double.doubleToRawLongBits(random.nextBoolean() ? -0.0 : 0.0);
      case 4 -> Double.doubleToRawLongBits(random.nextBoolean() ? Double.NEGATIVE_INFINITY : 9e15);
      case 5 -> random.nextLong() >>> 13;
      case 6 -> before ^ 1L << random.nextInt(64);
      case 7 -> Double.doubleToRawLongBits(Math.rint(last) + random.nextInt(1000));
      case 8 -> Double.doubleToRawLongBits(random.nextInt(1_000_000) / Math.pow(10, random.nextInt(8)));
      case 9 -> Double.doubleToRawLongBits(Math.rint(last * 100) / 100 + 0.01);
      case 10 -> Double.doubleToRawLongBits((double) (random.nextLong() >> random.nextInt(64)));
      default -> Double.doubleToRawLongBits(random.nextGaussian());
    };
  }

  private static HistogramSample histogram(Random random) {
    int[] pairs = {random.nextInt(), 3, random.nextInt(9), -1};
    long[] numbers = random.longs(3).map(number -> number >> random.nextInt(64)).toArray();
    var hint = ResetHint.byId(random.nextInt(4)).orElseThrow();
    var layout = new HistogramLayout(random.nextInt(60) - 53, random.nextLong(), Spans.of(pairs), Spans.NONE,
        random.longs(random.nextInt(3)).toArray());
    var buckets = new Buckets(numbers, random.longs(random.nextInt(2)).toArray());
    return random.nextBoolean()
        ? new Histogram(hint, layout, random.nextLong(), random.nextLong(), random.nextLong(), buckets)
        : new FloatHistogram(hint, layout, random.nextLong(), random.nextLong(), random.nextLong(), buckets);
  }
}
