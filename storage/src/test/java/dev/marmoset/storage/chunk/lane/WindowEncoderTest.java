package dev.marmoset.storage.chunk.lane;

import static dev.marmoset.storage.chunk.histogram.Histograms.counter;
import static dev.marmoset.storage.chunk.histogram.Histograms.floatCounter;
import static dev.marmoset.storage.chunk.histogram.Histograms.gauge;
import static dev.marmoset.storage.chunk.histogram.Histograms.hinted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowEncoderTest {
  private static final Spans TWO = Spans.of(0, 2);
  private static final long START = 1_700_006_400_000L;

  private final WindowEncoder encoder = new WindowEncoder();

  @Test
  void fullWindowsAtFifteenSecondsHaveFourChunksEach() {
    for (int i = 0; i < 960; i++) {
      encoder.add(START + i * 15_000L, Double.doubleToRawLongBits(i));
    }
    var chunks = encoder.finish();
    assertThat(counts(chunks)).containsOnly(120).hasSize(8);
    for (int i = 0; i < 8; i++) {
      assertThat(chunks.get(i).minTime()).isEqualTo(START + i * 1_800_000L);
      assertThat(chunks.get(i).maxTime()).isEqualTo(START + i * 1_800_000L + 1_785_000);
    }
  }

  @Test
  void aWindowEndsAChunk() {
    for (int i = 0; i < 100; i++) {
      encoder.add(START + ChunkCut.WINDOW_MS - 50 + i, i);
    }
    var chunks = encoder.finish();
    assertThat(counts(chunks)).containsExactly(50, 50);
    assertThat(chunks.get(1).minTime()).isEqualTo(START + ChunkCut.WINDOW_MS);
  }

  @Test
  void windowsAreCutBeforeTheEpochAndAtTheEndsOfTime() {
    for (long t : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, -7_200_001, -7_200_000, -1, 0,
      Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
      encoder.add(t, 0);
    }
    assertThat(counts(encoder.finish())).containsExactly(2, 1, 2, 1, 2);
  }

  @Test
  void theWholeOfTimeIsNotOneWindow() {
    encoder.add(Long.MIN_VALUE, 0);
    encoder.add(Long.MAX_VALUE, 0);
    assertThat(counts(encoder.finish())).containsExactly(1, 1);
  }

  @Test
  void everyChangeOfKindBeginsAChunk() {
    encoder.add(1, 0);
    encoder.add(2, counter(TWO, 1, 1));
    encoder.add(3, floatCounter(TWO, 1, 1));
    encoder.add(4, floatCounter(TWO, 2, 2));
    encoder.add(5, counter(TWO, 2, 2));
    encoder.add(6, 0);
    var chunks = encoder.finish();
    assertThat(chunks.stream().map(Chunk::encoding).toList()).containsExactly(ChunkEncoding.XOR,
        ChunkEncoding.HISTOGRAM,
        ChunkEncoding.FLOAT_HISTOGRAM, ChunkEncoding.HISTOGRAM, ChunkEncoding.XOR);
    assertThat(flags(chunks)).containsExactly(ResetFlag.UNKNOWN, ResetFlag.UNKNOWN, ResetFlag.UNKNOWN);
  }

  @Test
  void aFullHistogramChunkIsFollowedByOneThatIsNotReset() {
    for (int i = 0; i < 240; i++) {
      encoder.add(i, counter(TWO, i + 1, 1));
    }
    for (int i = 240; i < 480; i++) {
      encoder.add(i, floatCounter(TWO, i, 1));
    }
    var chunks = encoder.finish();
    assertThat(counts(chunks)).containsExactly(120, 120, 120, 120);
    assertThat(flags(chunks)).containsExactly(ResetFlag.UNKNOWN, ResetFlag.NOT_RESET, ResetFlag.UNKNOWN,
        ResetFlag.NOT_RESET);
  }

  @Test
  void aResetAtTheCutIsSeen() {
    for (int i = 0; i < 120; i++) {
      encoder.add(i, counter(TWO, i + 1, 1));
    }
    encoder.add(120, counter(TWO, 1, 1));
    assertThat(flags(encoder.finish())).containsExactly(ResetFlag.UNKNOWN, ResetFlag.RESET);
  }

  @Test
  void theFlagOfAWindowDoesNotDependOnTheWindowBefore() {
    encoder.add(START - 1, counter(TWO, 9, 9));
    encoder.add(START, counter(TWO, 1, 1));
    assertThat(flags(encoder.finish())).containsExactly(ResetFlag.UNKNOWN, ResetFlag.UNKNOWN);
  }

  @Test
  void gaugesAndExplicitResetsKeepTheirFlagAtTheStartOfAWindow() {
    encoder.add(START, gauge(TWO, 9, 9));
    encoder.add(START + ChunkCut.WINDOW_MS, hinted(ResetHint.RESET, counter(TWO, 1, 1)));
    encoder.add(START + 2 * ChunkCut.WINDOW_MS, hinted(ResetHint.NOT_RESET, counter(TWO, 2, 2)));
    assertThat(flags(encoder.finish())).containsExactly(ResetFlag.GAUGE, ResetFlag.RESET, ResetFlag.UNKNOWN);
  }

  @Test
  void refusesTimesThatDoNotAscend() {
    encoder.add(5, 0);
    assertThatThrownBy(() -> encoder.add(5, 0)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("encoding a lane: the sample at 5 ms is not after the one at 5 ms");
    assertThatThrownBy(() -> encoder.add(4, counter(TWO, 1, 1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void finishEmptiesTheEncoder() {
    encoder.add(5, 0);
    assertThat(encoder.finish()).hasSize(1);
    assertThat(encoder.finish()).isEmpty();
    encoder.add(5, 0);
    assertThat(HexFormat.of().formatHex(encoder.finish().getFirst().data()))
        .isEqualTo("00010a0000000000000000");
  }

  private static List<Integer> counts(List<Chunk> chunks) {
    return chunks.stream().map(Chunk::sampleCount).toList();
  }

  private static List<ResetFlag> flags(List<Chunk> chunks) {
    return chunks.stream().filter(chunk -> chunk.encoding() != ChunkEncoding.XOR)
        .map(chunk -> new HistogramIterator().reset(chunk.encoding(), chunk.data(), 0, chunk.data().length)
            .flag())
        .toList();
  }
}
