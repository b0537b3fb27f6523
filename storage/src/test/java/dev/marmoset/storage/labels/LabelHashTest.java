package dev.marmoset.storage.labels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LabelHashTest {
  private final LabelHash hash = new LabelHash(new Random(1));
  private final Random random = new Random(2);

  @Test
  void everyBitCountsAtEveryLengthAndTheSurroundingsDoNot() {
    for (int length = 0; length < 300; length++) {
      byte[] bytes = new byte[length + 20];
      random.nextBytes(bytes);
      long low = hash.low(bytes, 7, length);
      long high = hash.high(bytes, 7, length);
      byte[] alone = new byte[length];
      System.arraycopy(bytes, 7, alone, 0, length);
      assertThat(hash.low(alone, 0, length)).isEqualTo(low).isNotEqualTo(high);
      Set<Long> seen = new HashSet<>(Set.of(low, high));
      for (int i = 0; i < length; i++) {
        alone[i] ^= (byte) (1 << random.nextInt(8));
        assertThat(seen.add(hash.low(alone, 0, length))).as("low, byte %d of %d", i, length).isTrue();
        assertThat(seen.add(hash.high(alone, 0, length))).as("high, byte %d of %d", i, length).isTrue();
        alone[i] = bytes[i + 7];
      }
    }
  }

  @Test
  void zerosOfDifferentLengthDiffer() {
    var seen = new HashSet<Long>();
    for (int length = 0; length < 300; length++) {
      assertThat(seen.add(hash.low(new byte[length], 0, length))).as("%d zeros", length).isTrue();
    }
  }

  @Test
  void anotherKeyGivesAnotherHash() {
    byte[] bytes = new byte[100];
    assertThat(new LabelHash(new Random(3)).low(bytes, 0, 100)).isNotEqualTo(hash.low(bytes, 0, 100));
  }

  @Test
  void spellingDependsOnThePlaceOfEachSymbolAndOnTheirNumber() {
    long a = random.nextLong();
    long b = random.nextLong();
    var seen = new HashSet<Long>();
    assertThat(seen.add(hash.spelling(0, 0))).isTrue();
    assertThat(seen.add(hash.spelling(hash.pair(0, a, b), 1))).isTrue();
    assertThat(seen.add(hash.spelling(hash.pair(0, b, a), 1))).isTrue();
    assertThat(seen.add(hash.spelling(hash.pair(1, a, b), 1))).isTrue();
    assertThat(seen.add(hash.spelling(hash.pair(0, a, b), 2))).isTrue();
    assertThat(seen.add(hash.spelling(hash.pair(0, a, b) + hash.pair(1, a, b), 2))).isTrue();
  }
}
