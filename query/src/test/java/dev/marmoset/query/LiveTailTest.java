package dev.marmoset.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorAppender;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/// Where the tail begins and what it does to chunks.
final class LiveTailTest {
  private static final long NOW = 1_700_000_003_456L;
  private static final long NEXT_TEN = 1_700_000_010_000L;

  @Test
  void anEndUpToTenSecondsAheadIsKept() {
    assertThat(at(0, NOW).range()).isEqualTo(new TimeRange(0, NOW));
    assertThat(at(0, NOW + 10_000).range()).isEqualTo(new TimeRange(0, NOW + 10_000));
  }

  @Test
  void anEndFurtherAheadBecomesTheNextTenSeconds() {
    assertThat(at(5, NOW + 10_001).range()).isEqualTo(new TimeRange(5, NEXT_TEN));
    assertThat(at(Long.MIN_VALUE, Long.MAX_VALUE).range()).isEqualTo(new TimeRange(Long.MIN_VALUE, NEXT_TEN));
    LiveTail onTheDot = new LiveTail(Duration.ofSeconds(20), () -> Instant.ofEpochMilli(NEXT_TEN));
    assertThat(onTheDot.at(TimeRange.ALL).range().maxt()).isEqualTo(NEXT_TEN + 10_000);
  }

  @Test
  void rangesThatEndFiveMinutesAgoAreLeftWhole() throws IOException {
    List<Chunk> chunks = List.of(chunk(NOW - 300_010, 20));
    assertThat(at(0, NOW - 300_001).apply(chunks)).isSameAs(chunks);
    assertThat(at(0, NOW - 300_000).apply(chunks)).hasSize(11);
    assertThat(at(0, Long.MIN_VALUE).apply(chunks)).isSameAs(chunks);
  }

  @Test
  void switchedOffItChangesNeitherRangeNorChunks() throws IOException {
    TailCut cut = new LiveTail(Duration.ZERO, () -> Instant.ofEpochMilli(NOW)).at(TimeRange.ALL);
    List<Chunk> chunks = List.of(chunk(NOW - 10, 20));
    assertThat(cut.range()).isEqualTo(TimeRange.ALL);
    assertThat(cut.apply(chunks)).isSameAs(chunks);
  }

  @Test
  void chunksUpToTheBorderAreTheSameObjects() throws IOException {
    Chunk old = chunk(100, 5);
    Chunk open = chunk(200, 5);
    List<Chunk> cut = TailCut.before(0, 203, 201).apply(List.of(old, open, chunk(300, 5)));
    assertThat(cut.getFirst()).isSameAs(old);
    assertThat(cut).extracting(Chunk::minTime).containsExactly(100L, 200L, 202L, 203L);
    assertThat(cut).extracting(Chunk::maxTime).containsExactly(104L, 201L, 202L, 203L);
    assertThat(cut).extracting(Chunk::sampleCount).containsExactly(5, 2, 1, 1);
  }

  @Test
  void histogramChunksStayWhole() throws IOException {
    var histogram = new Chunk(ChunkEncoding.HISTOGRAM, 100, 200, new byte[] {0, 9, 1});
    assertThat(TailCut.before(0, 180, 150).apply(List.of(histogram))).containsExactly(histogram);
    assertThat(TailCut.before(0, 99, 50).apply(List.of(histogram))).isEmpty();
  }

  @Test
  void aChunkThatCannotBeDecodedIsAnError() {
    byte[] torn = java.util.Arrays.copyOf(chunk(100, 50).data(), 20);
    var chunk = new Chunk(ChunkEncoding.XOR, 100, 149, torn);
    assertThatThrownBy(() -> TailCut.before(0, 150, 140).apply(List.of(chunk)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cutting XOR[100..149 ms, 50 samples, 20 bytes] at 140 ms: ");
  }

  /// The settled part is what any replica would have written that never saw the rest.
  @Property(tries = 500)
  void theSettledPartIsABitPrefixOfTheChunk(@ForAll long seed,
      @ForAll @IntRange(min = 1, max = 120) int count,
      @ForAll @IntRange(min = 0, max = 120) int settled) throws IOException {
    var random = new Random(seed);
    long[] times = new long[count];
    var appender = new XorAppender();
    long t = random.nextInt(1_000_000);
    for (int i = 0; i < count; i++) {
      times[i] = t;
      appender.append(t, bits(random, i));
      t += 1 + (random.nextInt(5) == 0 ? random.nextInt(1_000_000) : 15_000);
    }
    Chunk whole = appender.chunk();
    long border = settled == 0 ? times[0] - 1 : times[Math.min(settled, count) - 1];
    List<Chunk> cut = TailCut.before(0, t, border).apply(List.of(whole));
    assertThat(samples(cut)).isEqualTo(samples(List.of(whole)));
    if (settled > 0) {
      assertThat(cut.getFirst().sampleCount()).isEqualTo(Math.min(settled, count));
      assertThat(isBitPrefix(cut.getFirst().data(), whole.data())).isTrue();
    }
    assertThat(cut).hasSize((settled > 0 ? 1 : 0) + Math.max(0, count - settled));
  }

  private static long bits(Random random, int i) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> 0x7ff0000000000002L;
      default -> Double.doubleToRawLongBits(i);
    };
  }

  /// Whether `part` continues like `whole` behind the count, up to zero bits that fill its last byte.
  private static boolean isBitPrefix(byte[] part, byte[] whole) {
    int last = part.length - 1;
    for (int i = 2; i < last; i++) {
      if (part[i] != whole[i]) {
        return false;
      }
    }
    for (int used = 1; used <= 8; used++) {
      int mask = 0xFF << (8 - used) & 0xFF;
      if ((part[last] & 0xFF) == (whole[last] & mask)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> samples(List<Chunk> chunks) {
    var samples = new ArrayList<String>();
    var cursor = new XorIterator();
    for (Chunk chunk : chunks) {
      cursor.reset(chunk.data(), 0, chunk.data().length);
      while (cursor.next()) {
        samples.add(cursor.time() + "=" + cursor.valueBits());
      }
    }
    return samples;
  }

  private static TailCut at(long mint, long maxt) {
    return new LiveTail(Duration.ofSeconds(20), () -> Instant.ofEpochMilli(NOW))
        .at(new TimeRange(mint, maxt));
  }

  private static Chunk chunk(long start, int count) {
    var appender = new XorAppender();
    for (int i = 0; i < count; i++) {
      appender.append(start + i, Double.doubleToRawLongBits(i));
    }
    return appender.chunk();
  }
}
