package dev.marmoset.storeapi.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The codec, message by message.
final class SnappyCodecTest {
  /// Stream identifier, then one uncompressed chunk (type 1, 3 length bytes, masked CRC32C of `abc`, the bytes): the
  /// framing format's own layout, small messages are not worth compressing.
  private static final String ABC = "ff060000734e61507059" + "01070000" + "6e57f121" + "616263";

  private final SnappyCodec codec = new SnappyCodec();

  @Test
  void goesByTheNameThatThanosUses() {
    assertThat(codec.getMessageEncoding()).isEqualTo("snappy");
  }

  @Test
  void readsAndWritesTheFramingFormat() throws IOException {
    assertThat(HexFormat.of().formatHex(compressed("abc".getBytes(US_ASCII)))).isEqualTo(ABC);
    assertThat(decompressed(HexFormat.of().parseHex(ABC))).isEqualTo("abc".getBytes(US_ASCII));
  }

  @Test
  void returnsWhatItWasGiven() throws IOException {
    var random = new Random(1);
    for (int length : new int[] {0, 1, 100, 65_535, 65_536, 65_537, 1_000_000}) {
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      assertThat(decompressed(compressed(noise))).isEqualTo(noise);
      byte[] zeros = new byte[length];
      byte[] small = compressed(zeros);
      assertThat(decompressed(small)).isEqualTo(zeros);
      assertThat(small.length).isLessThanOrEqualTo(50 + length / 15);
    }
  }

  @Test
  void refusesDamagedBytes() {
    byte[] damaged = HexFormat.of().parseHex(ABC);
    damaged[damaged.length - 1] ^= 1;
    assertThatThrownBy(() -> decompressed(damaged)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> decompressed("not snappy".getBytes(US_ASCII))).isInstanceOf(IOException.class);
  }

  private byte[] compressed(byte[] data) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var stream = codec.compress(out)) {
      stream.write(data);
    }
    return out.toByteArray();
  }

  private byte[] decompressed(byte[] data) throws IOException {
    try (var stream = codec.decompress(new ByteArrayInputStream(data))) {
      return stream.readAllBytes();
    }
  }
}
