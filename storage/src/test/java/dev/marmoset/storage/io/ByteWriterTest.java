package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteWriterTest {
  @Test
  void everyFieldComesBackWhileTheBufferGrows() {
    var random = new Random(5);
    long[] values = random.longs(20_000).map(value -> value >>> random.nextInt(64)).toArray();
    try (var writer = new ByteWriter(1)) {
      for (long value : values) {
        writer.u8((int) value);
        writer.u16((int) value);
        writer.u32((int) value);
        writer.u64(value);
        writer.uvarint(value);
        writer.zigzag(-value);
        writer.lowBytes(value, (int) (value & 7));
        writer.string(Long.toHexString(value));
      }
      byte[] bytes = writer.toByteArray();
      var reader = new ByteReader(bytes, 0, bytes.length);
      for (long value : values) {
        assertThat(reader.u8()).isEqualTo((int) (value & 0xFF));
        assertThat(reader.u16()).isEqualTo((int) (value & 0xFFFF));
        assertThat(reader.u32()).isEqualTo((int) value);
        assertThat(reader.u64()).isEqualTo(value);
        assertThat(reader.uvarint()).isEqualTo(value);
        assertThat(reader.zigzag()).isEqualTo(-value);
        reader.skip((int) (value & 7));
        assertThat(reader.string()).isEqualTo(Long.toHexString(value));
      }
      assertThat(reader.ok()).isTrue();
      assertThat(reader.remaining()).isZero();
    }
  }

  @Test
  void copiesViewsAndOverwrites() {
    try (var writer = new ByteWriter(8); var other = new ByteWriter(8)) {
      writer.u32(0);
      other.bytes("abcdefghijkl".getBytes(UTF_8), 2, 9);
      writer.bytes(other);
      writer.u32At(0, 0x04030201);
      assertThat(writer.toByteArray()).isEqualTo("\1\2\3\4cdefghijk".getBytes(UTF_8));
      assertThat(writer.view(4, 6).remaining()).isEqualTo(2);
      assertThatThrownBy(() -> writer.u32At(10, 1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.view(4, 14)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
