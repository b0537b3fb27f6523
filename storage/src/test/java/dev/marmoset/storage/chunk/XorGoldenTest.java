package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// XOR chunks against those of Prometheus 3.14.
class XorGoldenTest {
  static List<GoldenChunk> vectors() {
    return GoldenChunk.xor();
  }

  @Test
  void theFileHasAllVectors() {
    assertThat(GoldenChunk.all()).hasSize(21);
    assertThat(vectors()).hasSize(9);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void encodesTheSameBytes(GoldenChunk golden) {
    var appender = new XorAppender();
    for (int i = 0; i < golden.count(); i++) {
      appender.append(golden.time(i), golden.valueBits(i));
    }
    var chunk = appender.chunk();
    assertThat(HexFormat.of().formatHex(chunk.data())).isEqualTo(golden.hex());
    assertThat(chunk.encoding()).isEqualTo(ChunkEncoding.XOR);
    assertThat(chunk.sampleCount()).isEqualTo(golden.count());
    assertThat(chunk.minTime()).isEqualTo(golden.time(0));
    assertThat(chunk.maxTime()).isEqualTo(golden.time(golden.count() - 1));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void everySnapshotOnTheWayIsAChunkOfItsOwn(GoldenChunk golden) {
    var appender = new XorAppender();
    for (int i = 0; i < golden.count(); i++) {
      appender.append(golden.time(i), golden.valueBits(i));
      var fresh = new XorAppender();
      for (int j = 0; j <= i; j++) {
        fresh.append(golden.time(j), golden.valueBits(j));
      }
      assertThat(appender.chunk()).isEqualTo(fresh.chunk());
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void decodesTheSameSamples(GoldenChunk golden) {
    // Bytes on both sides must not matter: the iterator is given a part of an array.
    var part = new byte[golden.data().length + 8];
    Arrays.fill(part, (byte) 0xff);
    System.arraycopy(golden.data(), 0, part, 3, golden.data().length);
    var samples = new XorIterator().reset(part, 3, golden.data().length);
    assertThat(samples.sampleCount()).isEqualTo(golden.count());
    for (int i = 0; i < golden.count(); i++) {
      assertThat(samples.next()).isTrue();
      assertThat(samples.time()).isEqualTo(golden.time(i));
      assertThat(samples.valueBits()).isEqualTo(golden.valueBits(i));
    }
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isEmpty();
  }
}
