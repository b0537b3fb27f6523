package dev.marmoset.storage.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteReaderTest {
  @Test
  void theFirstErrorStaysAndNothingRemains() {
    var reader = new ByteReader(new byte[] {1, 2, 3}, 0, 3);
    assertThat(reader.u32()).isZero();
    assertThat(reader.error()).isEqualTo("32-bit number cut off at byte 0");
    assertThat(reader.u8()).isZero();
    assertThat(reader.bytes(1)).isEmpty();
    assertThat(reader.error()).isEqualTo("32-bit number cut off at byte 0");
    assertThat(reader.remaining()).isZero();
  }

  @Test
  void refusesNumbersOfMoreThan64Bits() {
    byte[] oversized = {-1, -1, -1, -1, -1, -1, -1, -1, -1, 2};
    var reader = new ByteReader(oversized, 0, oversized.length);
    assertThat(reader.uvarint()).isZero();
    assertThat(reader.ok()).isFalse();
    oversized[9] = 1;
    reader.reset(oversized, 0, oversized.length);
    assertThat(reader.uvarint()).isEqualTo(-1);
    assertThat(reader.ok()).isTrue();
  }

  @Test
  void trustsNoCount() {
    byte[] huge = {-1, -1, -1, -1, 7, 0};
    var reader = new ByteReader(huge, 0, huge.length);
    assertThat(reader.elements(1)).isZero();
    assertThat(reader.ok()).isFalse();
    reader.reset(huge, 0, huge.length);
    assertThat(reader.sizedBytes()).isEmpty();
    assertThat(reader.ok()).isFalse();
  }

  @Test
  void neverLeavesItsRangeWhateverItReads() {
    var random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      int offset = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
      int length = random.nextInt(bytes.length - offset + 1);
      var reader = new ByteReader(bytes, offset, length);
      while (reader.remaining() > 0) {
        switch (random.nextInt(9)) {
          case 0 -> reader.u8();
          case 1 -> reader.u16();
          case 2 -> reader.u32();
          case 3 -> reader.u64();
          case 4 -> reader.uvarint();
          case 5 -> reader.skip(random.nextInt(12));
          case 6 -> reader.sizedBytes();
          case 7 -> reader.elements(2);
          default -> reader.zigzag();
        }
        assertThat(reader.position()).isBetween(offset, offset + length);
      }
    }
  }
}
