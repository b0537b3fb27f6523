package dev.marmoset.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizesTest {
  @ParameterizedTest
  @CsvSource({"0,0", "17B,17", "1KB,1024", "1KiB,1024", "512MB,536870912", "1.5GiB,1610612736",
    "7EB,8070450532247928832"})
  void countsInPowersOfTwoAsPrometheusDoes(String text, long bytes) throws InvalidValueException {
    assertThat(ByteSizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1K", "1kb", "-1MB", "1 MB", "MB", "1MiBB"})
  void refusesOtherNotations(String text) {
    assertThatThrownBy(() -> ByteSizes.parse(text))
        .hasMessage("\"" + text + "\" is not a size such as 512MB or 1GiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8EB", "99999999999999999999GB"})
  void refusesWhatOverflows(String text) {
    assertThatThrownBy(() -> ByteSizes.parse(text)).hasMessage("\"" + text + "\" is 8EiB or more");
  }

  @ParameterizedTest
  @CsvSource({"0,0B", "17,17B", "1024,1KiB", "1536,1536B", "67108864,64MiB"})
  void writesWithTheLargestUnitThatDivides(long bytes, String text) {
    assertThat(ByteSizes.format(bytes)).isEqualTo(text);
  }
}
