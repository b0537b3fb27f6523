package dev.marmoset.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"0,0", "0s,0", "1ms,1", "2h45m,9900000", "15d,1296000000", "1w,604800000", "1y,31536000000",
    "1h30m15s250ms,5415250", "90m,5400000"})
  void readsPrometheusNotation(String text, long millis) throws InvalidValueException {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "-1h", "1.5h", "1m1h", "1h1h", " 1h", "1 h", "1H", "h"})
  void refusesOtherNotations(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(InvalidValueException.class)
        .hasMessage("\"" + text + "\" is not a duration such as 30s, 2h45m or 15d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"300000000y", "99999999999999999999ms"})
  void refusesWhatOverflows(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .hasMessageContaining("longer duration than can be counted");
  }

  @ParameterizedTest
  @CsvSource({"0,0s", "9900000,2h45m", "1296000000,15d", "1500,1s500ms", "90000000,1d1h"})
  void writesWhatItReads(long millis, String text) throws InvalidValueException {
    assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }
}
