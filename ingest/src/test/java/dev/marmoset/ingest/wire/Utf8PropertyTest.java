package dev.marmoset.ingest.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Against the strict decoder of the JDK.
class Utf8PropertyTest {
  /// Bytes at the edges of what the grammar allows.
  private static final int[] EDGES =
      {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
        0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};

  private static boolean strict(byte[] text) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  @Test
  void agreesOnEverySequenceOfEdges() {
    byte[] text = new byte[4];
    for (int i = 0; i < EDGES.length * EDGES.length * EDGES.length * EDGES.length; i++) {
      int rest = i;
      for (int j = 0; j < text.length; j++) {
        text[j] = (byte) EDGES[rest % EDGES.length];
        rest /= EDGES.length;
      }
      if (Utf8.valid(text, 0, text.length) != strict(text)) {
        assertThat(Utf8.valid(text, 0, text.length)).as(HexFormat.of().formatHex(text))
            .isEqualTo(strict(text));
      }
    }
  }

  @Test
  void agreesOnEveryCharacterAndItsNeighbours() {
    var random = new Random(7);
    for (int c = 0; c <= 0x10FFFF; c += 1 + random.nextInt(5)) {
      if (c < 0xD800 || c > 0xDFFF) {
        byte[] text = ("padding" + Character.toString(c) + "x".repeat(random.nextInt(9))).getBytes(UTF_8);
        assertThat(Utf8.valid(text, 0, text.length)).isTrue();
        text[7] ^= (byte) (1 << random.nextInt(8));
        assertThat(Utf8.valid(text, 0, text.length)).isEqualTo(strict(text));
      }
    }
  }

  @Test
  void looksOnlyAtTheGivenPart() {
    byte[] text = {(byte) 0xFF, 'a', (byte) 0xC3, (byte) 0xA9, (byte) 0xA9};
    assertThat(Utf8.valid(text, 1, 3)).isTrue();
    assertThat(Utf8.valid(text, 1, 2)).as("cut within a character").isFalse();
    assertThat(Utf8.valid(text, 1, 0)).isTrue();
  }
}
