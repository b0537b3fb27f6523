package dev.marmoset.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.labels.Label;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelPairsTest {
  @Test
  void quotesAreOptional() throws InvalidValueException {
    assertThat(LabelPairs.parse("region=\"eu\"")).isEqualTo(new Label("region", "eu"));
    assertThat(LabelPairs.parse("region=eu")).isEqualTo(new Label("region", "eu"));
  }

  @Test
  void quotedValuesHaveEscapes() throws InvalidValueException {
    assertThat(LabelPairs.parse("a=\"\\\"x\\\\\\n\\u00e9\"")).isEqualTo(new Label("a", "\"x\\\né"));
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '^', value = {"region,is not a label", "=eu,is not a label",
    "a=,has an empty value",
    "a=\"\",has an empty value", "a=\"x,is not closed", "a=\"x\"y,goes on behind",
    "__name__=up,which is not allowed",
    "a=\"\\q\",is not an escape", "a=\"\\u12\",four hex digits"})
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> LabelPairs.parse(text)).hasMessageContaining(problem);
  }

  @Test
  void splitsAtCommasOutsideQuotes() {
    assertThat(LabelPairs.split("a=\"1,2\", b=x,c=\"\\\",\"")).containsExactly("a=\"1,2\"", "b=x",
        "c=\"\\\",\"");
  }

  @Test
  void aNameMayOccurOnce() {
    assertThatThrownBy(() -> LabelPairs.join(List.of(new Label("a", "1"), new Label("a", "1"))))
        .hasMessage("the label \"a\" is given twice");
  }
}
