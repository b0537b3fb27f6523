package dev.marmoset.storeapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// XXH64 against published values and a table made by another implementation.
final class Xxh64Test {
  @Test
  void hashesKnownTexts() {
    assertThat(hash("")).isEqualTo(0xEF46DB3751D8E999L);
    assertThat(hash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
    assertThat(hash("abc")).isEqualTo(0x44BC2CF5AD770999L);
    assertThat(hash("Nobody inspects the spammish repetition")).isEqualTo(0xFBCEA83C8A378BF1L);
  }

  @Test
  void agreesWithAnotherImplementationOnEveryLengthUpTo100AndSomeLonger() throws IOException {
    byte[] data = new byte[1100];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 7 % 251);
    }
    List<String> rows = golden().lines().filter(line -> !line.startsWith("#")).toList();
    assertThat(rows).hasSize(111);
    for (String row : rows) {
      int length = Integer.parseInt(row.split(" ")[0]);
      assertThat("%d %016x".formatted(length, Xxh64.hash(data, 0, length))).isEqualTo(row);
    }
  }

  @Test
  void hashesAPartOfAnArray() {
    byte[] data = "--Nobody inspects the spammish repetition--".getBytes(UTF_8);
    assertThat(Xxh64.hash(data, 2, data.length - 4))
        .isEqualTo(hash(new String(Arrays.copyOfRange(data, 2, data.length - 2), UTF_8)));
  }

  private static long hash(String text) {
    byte[] data = text.getBytes(UTF_8);
    return Xxh64.hash(data, 0, data.length);
  }

  private static String golden() throws IOException {
    try (InputStream in = Objects.requireNonNull(Xxh64Test.class.getResourceAsStream("/golden/xxh64.txt"))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
