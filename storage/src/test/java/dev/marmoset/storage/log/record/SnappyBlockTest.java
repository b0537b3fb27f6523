package dev.marmoset.storage.log.record;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.ByteReader;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SnappyBlockTest {
  @Test
  void literalsAndCopiesOfAllKinds() {
    // literal "abcd"; 1-byte-offset copy of 4 from 4 back; 2-byte-offset copy of 3 from 2 back; 4-byte one of 2 from 1 back
    assertThat(text("0c61626364" + "0104" + "0a0200" + "0701000000", 13)).isEqualTo("abcdabcdcdccc");
    // literal with a one-byte length of 61
    assertThat(text("f03c" + "61".repeat(61), 61)).isEqualTo("a".repeat(61));
  }

  @Test
  void malformedBlocksAreRefused() {
    assertThat(uncompress("0c616263", 4)).as("literal cut off").isFalse();
    assertThat(uncompress("0c61626364", 5)).as("too short").isFalse();
    assertThat(uncompress("0c61626364", 3)).as("too long").isFalse();
    assertThat(uncompress("00610102", 5)).as("copy from before the beginning").isFalse();
    assertThat(uncompress("00610100", 5)).as("copy from nowhere").isFalse();
    assertThat(uncompress("ffffffffff", 5)).as("offset of 32 bits").isFalse();
  }

  @Test
  void anyBytesAreRefusedOrFill() {
    var random = new Random(8);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);
      SnappyBlock.uncompress(new ByteReader(bytes, 0, bytes.length), new byte[64], random.nextInt(65));
    }
  }

  private static String text(String hex, int length) {
    byte[] in = HexFormat.of().parseHex(hex);
    byte[] out = new byte[length];
    assertThat(SnappyBlock.uncompress(new ByteReader(in, 0, in.length), out, length)).isTrue();
    return new String(out, US_ASCII);
  }

  private static boolean uncompress(String hex, int length) {
    byte[] in = HexFormat.of().parseHex(hex);
    return SnappyBlock.uncompress(new ByteReader(in, 0, in.length), new byte[length], length);
  }
}
