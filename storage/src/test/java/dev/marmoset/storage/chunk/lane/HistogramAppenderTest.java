package dev.marmoset.storage.chunk.lane;

import static dev.marmoset.storage.chunk.histogram.Histograms.counter;
import static dev.marmoset.storage.chunk.histogram.Histograms.floatCounter;
import static dev.marmoset.storage.chunk.histogram.Histograms.stale;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.marmoset.storage.chunk.BitWriter;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.Varbit;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class HistogramAppenderTest {
  private static final Spans TWO = Spans.of(0, 2);

  private final HistogramAppender appender = new HistogramAppender(ChunkEncoding.HISTOGRAM);

  @Test
  void tellsWhatBecameOfASample() {
    appender.begin(ResetFlag.UNKNOWN, 1, counter(TWO, 1, 1));
    assertThat(appender.append(2, counter(TWO, 2, 1))).isEqualTo(AppendOutcome.Taken.APPENDED);
    assertThat(appender.append(3, counter(Spans.of(0, 3), 2, 1, 1))).isEqualTo(AppendOutcome.Taken.REENCODED);
    assertThat(appender.append(4, counter(TWO, 1, 1))).isEqualTo(new AppendOutcome.NewChunk(ResetFlag.RESET));
    assertThat(appender.count()).isEqualTo(3);
    assertThat(appender.lastTime()).isEqualTo(3);
  }

  @Test
  void aRefusedSampleLeavesNoTrace() {
    appender.begin(ResetFlag.UNKNOWN, 1, counter(TWO, 5, 5));
    var before = appender.chunk();
    assertThat(appender.append(2, counter(TWO, 1, 1))).isInstanceOf(AppendOutcome.NewChunk.class);
    assertThat(appender.chunk()).isEqualTo(before);
  }

  @Test
  void reencodingGivesTheBytesOfSamplesThatWereWideFromTheStart() {
    appender.begin(ResetFlag.RESET, 1, counter(TWO, 1, 1));
    appender.append(2, counter(TWO, 2, 1));
    appender.append(3, counter(Spans.of(-1, 1, 0, 4), 7, 2, 1, 0, 1));
    var wide = Spans.of(-1, 1, 0, 4);
    var direct = new HistogramAppender(ChunkEncoding.HISTOGRAM);
    direct.begin(ResetFlag.RESET, 1, counter(wide, 0, 1, 1, 0, 0));
    direct.append(2, counter(wide, 0, 2, 1, 0, 0));
    direct.append(3, counter(wide, 7, 2, 1, 0, 1));
    assertThat(appender.chunk()).isEqualTo(direct.chunk());
  }

  @Test
  void beginForgetsTheChunkBefore() {
    appender.begin(ResetFlag.RESET, 1, counter(TWO, 1, 1));
    appender.append(2, counter(TWO, 9, 9));
    appender.begin(ResetFlag.UNKNOWN, 7, counter(TWO, 3, 3));
    var fresh = new HistogramAppender(ChunkEncoding.HISTOGRAM);
    fresh.begin(ResetFlag.UNKNOWN, 7, counter(TWO, 3, 3));
    assertThat(appender.chunk()).isEqualTo(fresh.chunk());
  }

  @Test
  void aStaleSampleTakesSeventeenBytesAtMost() {
    appender.begin(ResetFlag.UNKNOWN, 1, stale(ResetHint.UNKNOWN));
    assertThat(appender.append(2, stale(ResetHint.UNKNOWN))).isEqualTo(AppendOutcome.Taken.APPENDED);
    assertThat(appender.chunk().data()).hasSizeLessThanOrEqualTo(17);
    assertThat(appender.append(3, counter(TWO, 1, 1)))
        .isEqualTo(new AppendOutcome.NewChunk(ResetFlag.UNKNOWN));
  }

  @Test
  void refusesTheOtherKind() {
    assertThatThrownBy(() -> appender.begin(ResetFlag.UNKNOWN, 1, floatCounter(TWO, 1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("encoding a FloatHistogram into a HISTOGRAM chunk");
    assertThatThrownBy(() -> new HistogramAppender(ChunkEncoding.XOR))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HistogramIterator().reset(ChunkEncoding.XOR, new byte[3], 0, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void needsABeginning() {
    assertThatThrownBy(() -> appender.append(1, counter(TWO, 1, 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(appender::chunk).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesMoreSamplesThanTheCountCanState() {
    appender.begin(ResetFlag.UNKNOWN, 0, counter(Spans.NONE));
    for (int i = 1; i < 65_535; i++) {
      appender.append(i, counter(Spans.NONE));
    }
    assertThat(appender.chunk().sampleCount()).isEqualTo(65_535);
    assertThatThrownBy(() -> appender.append(65_535, counter(Spans.NONE)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aChunkThatClaimsManyBucketsCostsNothing() {
    var bits = new BitWriter();
    bits.write(1, Short.SIZE);
    bits.write(0, Byte.SIZE);
    bits.write(0, Byte.SIZE);
    Varbit.writeSigned(bits, 0);
    Varbit.writeUnsigned(bits, 1);
    Varbit.writeUnsigned(bits, 10_000_000);
    Varbit.writeSigned(bits, 0);
    var data = new byte[1000];
    bits.copyTo(data, 0);
    var samples = new HistogramIterator().reset(ChunkEncoding.HISTOGRAM, data, 0, data.length);
    var threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(samples.next()).isFalse();
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
    assertThat(samples.corruption()).isPresent();
  }

  @Test
  void hintsOfReadersDoNotTrustTheFlag() {
    appender.begin(ResetFlag.RESET, 0, counter(TWO, 1, 1));
    appender.append(1, counter(TWO, 2, 2));
    var data = appender.chunk().data();
    var samples = new HistogramIterator().reset(ChunkEncoding.HISTOGRAM, data, 0, data.length);
    assertThat(samples.flag()).isEqualTo(ResetFlag.RESET);
    assertThatThrownBy(samples::histogram).isInstanceOf(IllegalStateException.class);
    assertThat(samples.next()).isTrue();
    assertThat(samples.histogram().resetHint()).isEqualTo(ResetHint.UNKNOWN);
    assertThat(samples.next()).isTrue();
    assertThat(samples.histogram().resetHint()).isEqualTo(ResetHint.NOT_RESET);
  }

  @Test
  void staleGaugesStayGauges() {
    appender.begin(ResetFlag.GAUGE, 0, stale(ResetHint.GAUGE));
    var data = appender.chunk().data();
    var samples = new HistogramIterator().reset(ChunkEncoding.HISTOGRAM, data, 0, data.length);
    assertThat(samples.next()).isTrue();
    assertThat(samples.histogram()).isEqualTo(stale(ResetHint.GAUGE));
  }
}
