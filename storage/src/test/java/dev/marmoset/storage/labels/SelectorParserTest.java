package dev.marmoset.storage.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorParserTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '^', value = {"up|[__name__=\"up\"]",
    "job:up:rate5m{}|[__name__=\"job:up:rate5m\"]", "{job=\"marmoset\"}|[job=\"marmoset\"]",
    "up{a=~\"b.*\", c!='d',e!~`\\d`,}|[__name__=\"up\", a=~\"b.*\", c!=\"d\", e!~\"\\d\"]",
    "{\"my.metric\", x=\"1\"}|[__name__=\"my.metric\", x=\"1\"]", "{\"my.label\" = \"1\"}|[my.label=\"1\"]",
    " up { a = \"b\" } |[__name__=\"up\", a=\"b\"]"})
  void readsPrometheusNotation(String text, String matchers) throws InvalidMatcherException {
    assertThat(SelectorParser.parse(text)).hasToString(matchers);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
    "up{a=\"b\"|has the end at character 9; expected a comma or }",
    "up{a}|has '}' at character 5; expected one of = != =~ !~",
    "up{a=b}|has 'b' at character 6; expected a value in quotes",
    "up{=\"b\"}|has '=' at character 4; expected a label name",
    "9up|has '9' at character 1; expected a metric name or {",
    "up[5m]|has '[' at character 3; expected the end of the selector",
    "up{a=\"b\" c=\"d\"}|has 'c' at character 10; expected a comma or }",
    "up{a=\"b}|the quote opened at character 6 is not closed", "up{a=~\"(\"}|is not valid RE2"})
  void saysWhereAndWhatWasExpected(String text, String problem) {
    assertThatThrownBy(() -> SelectorParser.parse(text)).isInstanceOf(InvalidMatcherException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void readsSelectorsJoinedByPlus() throws InvalidMatcherException {
    assertThat(SelectorParser.parseSum("{__name__=\"up\",a=\"+\"} + up{b!=\"\"}+{}"))
        .hasToString("[[__name__=\"up\", a=\"+\"], [__name__=\"up\", b!=\"\"], []]");
    assertThat(SelectorParser.parseSum("{}")).hasToString("[[]]");
    for (String text : new String[] {"", "+", "up +", "+ up", "up up", "up + + up"}) {
      assertThatThrownBy(() -> SelectorParser.parseSum(text)).as(text)
          .isInstanceOf(InvalidMatcherException.class);
    }
  }

  @Test
  void emptyBracesHaveNoMatchers() throws InvalidMatcherException {
    assertThat(SelectorParser.parse("{}")).isEmpty();
    assertThatThrownBy(() -> SelectorParser.parse("")).hasMessageContaining("a metric name or {");
  }
}
