package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ChunkTest {
  @Test
  void readsTheCountAsUnsigned() {
    assertThat(new Chunk(ChunkEncoding.XOR, 1, 2, new byte[] {(byte) 0xff, (byte) 0xfe}).sampleCount())
        .isEqualTo(0xfffe);
  }

  @Test
  void refusesDataWithoutACount() {
    assertThatThrownBy(() -> new Chunk(ChunkEncoding.XOR, 1, 2, new byte[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 bytes");
  }

  @Test
  void refusesAReversedRange() {
    assertThatThrownBy(() -> new Chunk(ChunkEncoding.XOR, 3, 2, new byte[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first time 3 is after last time 2");
  }

  @Test
  void equalsByContent() {
    var chunk = new Chunk(ChunkEncoding.XOR, 1, 2, new byte[] {0, 1, 5});
    assertThat(chunk).isEqualTo(new Chunk(ChunkEncoding.XOR, 1, 2, new byte[] {0, 1, 5}))
        .hasSameHashCodeAs(new Chunk(ChunkEncoding.XOR, 1, 2, new byte[] {0, 1, 5}));
    assertThat(chunk).isNotEqualTo(new Chunk(ChunkEncoding.HISTOGRAM, 1, 2, new byte[] {0, 1, 5}))
        .isNotEqualTo(new Chunk(ChunkEncoding.XOR, 0, 2, new byte[] {0, 1, 5}))
        .isNotEqualTo(new Chunk(ChunkEncoding.XOR, 1, 3, new byte[] {0, 1, 5}))
        .isNotEqualTo(new Chunk(ChunkEncoding.XOR, 1, 2, new byte[] {0, 1, 6}));
  }

  @Test
  void encodingsCarryTheirNumberOnDisk() {
    assertThat(ChunkEncoding.XOR.id()).isEqualTo(1);
    assertThat(ChunkEncoding.HISTOGRAM.id()).isEqualTo(2);
    assertThat(ChunkEncoding.FLOAT_HISTOGRAM.id()).isEqualTo(3);
    for (var encoding : ChunkEncoding.values()) {
      assertThat(ChunkEncoding.byId(encoding.id())).contains(encoding);
    }
    assertThat(ChunkEncoding.byId(0)).isEmpty();
    assertThat(ChunkEncoding.byId(4)).isEmpty();
    assertThat(ChunkEncoding.byId(-1)).isEmpty();
  }

  @Test
  void windowsAreAlignedToTheEpochOnBothSides() {
    assertThat(ChunkCut.windowStart(0)).isZero();
    assertThat(ChunkCut.windowStart(7_199_999)).isZero();
    assertThat(ChunkCut.windowStart(7_200_000)).isEqualTo(7_200_000);
    assertThat(ChunkCut.windowStart(-1)).isEqualTo(-7_200_000);
    assertThat(ChunkCut.windowStart(-7_200_000)).isEqualTo(-7_200_000);
    assertThat(ChunkCut.windowStart(1_700_006_400_000L)).isEqualTo(1_700_006_400_000L);
    assertThat(ChunkCut.windowStart(Long.MAX_VALUE)).isLessThanOrEqualTo(Long.MAX_VALUE).isPositive();
    assertThat(ChunkCut.windowStart(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
  }
}
