package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class XorAppenderTest {
  private final XorAppender appender = new XorAppender();

  @Test
  void emitsTheBytesOfTheDocumentedExample() {
    appender.append(1_700_000_000_000L, Double.doubleToRawLongBits(1.0));
    assertThat(hex()).isEqualTo("000180a0abfef9623ff0000000000000");
    appender.append(1_700_000_015_000L, Double.doubleToRawLongBits(2.0));
    assertThat(hex()).isEqualTo("000280a0abfef9623ff00000000000009875c25fff");
  }

  @Test
  void hasNoChunkBeforeTheFirstSample() {
    assertThat(appender.count()).isZero();
    assertThatThrownBy(appender::chunk).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void beginsAnewAfterReset() {
    appender.append(1, 1);
    appender.append(2, 7);
    appender.append(9, 1L << 40);
    appender.reset();
    appender.append(1_700_000_000_000L, Double.doubleToRawLongBits(1.0));
    appender.append(1_700_000_015_000L, Double.doubleToRawLongBits(2.0));
    assertThat(hex()).isEqualTo("000280a0abfef9623ff00000000000009875c25fff");
  }

  @Test
  void snapshotsAreNotTouchedByLaterSamples() {
    appender.append(1, 1);
    var before = appender.chunk();
    var copy = before.data().clone();
    appender.append(2, 2);
    assertThat(before.data()).isEqualTo(copy);
  }

  @Test
  void refusesMoreSamplesThanTheCountCanState() {
    for (int i = 0; i < 65_535; i++) {
      appender.append(i, 42);
    }
    assertThat(appender.chunk().sampleCount()).isEqualTo(65_535);
    assertThatThrownBy(() -> appender.append(65_535, 42)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("65535");
  }

  @Test
  void readsAsManySamplesAsTheCountCanState() {
    for (int i = 0; i < 65_535; i++) {
      appender.append(i, i * 0x9e3779b97f4a7c15L);
    }
    var data = appender.chunk().data();
    var samples = new XorIterator().reset(data, 0, data.length);
    for (int i = 0; i < 65_535; i++) {
      assertThat(samples.next()).isTrue();
      assertThat(samples.valueBits()).isEqualTo(i * 0x9e3779b97f4a7c15L);
    }
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isEmpty();
  }

  private String hex() {
    return HexFormat.of().formatHex(appender.chunk().data());
  }
}
