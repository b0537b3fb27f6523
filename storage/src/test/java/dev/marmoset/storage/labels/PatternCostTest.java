package dev.marmoset.storage.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternCostTest {
  @ParameterizedTest
  @ValueSource(strings = {"((((a{1,100}){1,100}){1,100}){1,100})", "(a{1000}){1000}",
    "((x|y){500,}z){900}b{1000}{3}",
    "(\\pL{0,999}[a-z]{0,999}){0,999}", "(\\Qabc\\E{1000}){900}", "([]a]{1000}){1000}", "(a?){5000}x",
    "(x*y+z?){1000}"})
  void nestedRepetitionsAreRefused(String regex) {
    assertThatThrownBy(() -> ValuePattern.compile(regex)).isInstanceOf(PatternSyntaxException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> ValuePattern.compile("(".repeat(20_000) + ")".repeat(20_000)))
        .isInstanceOf(PatternSyntaxException.class).hasMessageContaining("deep");
  }

  @Test
  void longChainsOfChoicesAreRefused() {
    for (String regex : new String[] {"a?".repeat(5000) + "a", ".*".repeat(5000), "b.|".repeat(5000)}) {
      assertThatThrownBy(() -> ValuePattern.compile(regex)).isInstanceOf(PatternSyntaxException.class)
          .hasMessageContaining("too large");
    }
  }

  @Test
  void whatIsAllowedCanBeRun() {
    for (String regex : new String[] {"a?".repeat(1999) + "a", ".*".repeat(1999) + "x",
      "b.|".repeat(1999) + "c",
      "x" + "a?".repeat(1999)}) {
      assertThat(ValuePattern.compile(regex).matches("x" + "a".repeat(100))).isIn(true, false);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{1000}", "(a|b){3}c", "[0-9]{1,3}(\\.[0-9]{1,3}){3}", "x{", "{}", "a{,5}",
    "a{1,2,3}", "",
    "(?i)abc", "[^]]+", "\\{1000\\}", "[{1000}]*"})
  void ordinaryOnesAreCompiled(String regex) {
    assertThat(ValuePattern.compile(regex).text()).isEqualTo(regex);
  }

  @Test
  void longListsAreCompiled() {
    var list = ValuePattern.compile("value|".repeat(50_000));
    assertThat(list.matches("value")).isTrue();
    assertThat(list.matches("valu")).isFalse();
  }
}
