package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class XorIteratorTest {
  private final XorIterator samples = new XorIterator();

  @Test
  void isEmptyBeforeTheFirstReset() {
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isEmpty();
  }

  @Test
  void readsAnEmptyChunk() {
    samples.reset(new byte[2], 0, 2);
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isEmpty();
  }

  @Test
  void reportsDataWithoutACount() {
    samples.reset(new byte[1], 0, 1);
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption())
        .hasValueSatisfying(text -> assertThat(text).contains("1 bytes cannot hold the sample count"));
  }

  @Test
  void namesTheSampleThatIsMissing() {
    var data = HexFormat.of().parseHex("000380a0abfef9623ff00000000000009875c25fff");
    samples.reset(data, 0, data.length);
    assertThat(samples.next()).isTrue();
    assertThat(samples.next()).isTrue();
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption())
        .contains(
            "decoding an XOR chunk: sample 3 of 3 reaches beyond the data or sets a window wider than a value");
    assertThat(samples.next()).isFalse();
  }

  @Test
  void refusesATimeOfMoreThan64Bits() {
    var data = HexFormat.of().parseHex("0001ffffffffffffffffff023ff0000000000000");
    samples.reset(data, 0, data.length);
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isPresent();
  }

  @Test
  void refusesAWindowWiderThanAValue() {
    // Second value: new window, 31 leading zeros, 64 bits.
    var data =
        HexFormat.of().parseHex("0002" + "00" + "3ff0000000000000" + "01" + "fe00" + "ffffffffffffffffff");
    samples.reset(data, 0, data.length);
    assertThat(samples.next()).isTrue();
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isPresent();
  }

  @Test
  void isCleanAfterCorruption() {
    samples.reset(new byte[] {0, 9, 0}, 0, 3);
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isPresent();
    var data = HexFormat.of().parseHex("000180a0abfef9623ff0000000000000");
    samples.reset(data, 0, data.length);
    assertThat(samples.next()).isTrue();
    assertThat(samples.time()).isEqualTo(1_700_000_000_000L);
    assertThat(samples.corruption()).isEmpty();
  }

  @Test
  void refusesAPartOutsideTheArray() {
    assertThatThrownBy(() -> samples.reset(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
