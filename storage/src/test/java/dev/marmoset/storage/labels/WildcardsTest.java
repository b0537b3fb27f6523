package dev.marmoset.storage.labels;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WildcardsTest {
  private static final String META = "\\.+*?()[]{}^$|";
  private static final int ROUNDS = 20_000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void matchesWhatRe2Matches() {
    int matched = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String regex = text(3) + gap() + text(2) + (random.nextBoolean() ? "a" + gap() + text(2) : "");
      Wildcards wildcards = Objects.requireNonNull(Wildcards.of(regex, META), regex);
      Pattern re2 = Pattern.compile("^(?s:" + regex + ")$");
      for (int j = 0; j < 5; j++) {
        String value = text(8);
        assertThat(wildcards.matches(value)).as("seed %d, %s on %s", seed, regex, value)
            .isEqualTo(re2.matches(value));
        matched += wildcards.matches(value) ? 1 : 0;
      }
    }
    assertThat(matched).isGreaterThan(ROUNDS / 10);
  }

  private String gap() {
    return random.nextBoolean() ? ".*" : ".+";
  }

  /// Few different characters, so that much matches; one of two UTF-16 units, and a line break.
  private String text(int most) {
    var text = new StringBuilder();
    for (int n = random.nextInt(most + 1); n > 0; n--) {
      text.append(switch (random.nextInt(8)) {
        case 0 -> "🚀";
        case 1 -> "\n";
        case 2, 3 -> "b";
        default -> "a";
      });
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a|b.*", "(a).*", "a.*?", "a.+*", ".", "a.b", "^a.*", "a.*$", "[ab].*",
    "\\d.*", "a.{2}",
    "(?i)a.*", "a*", "a.+.*", ".*.*", ".*\\"})
  void leavesOtherFormsAlone(String regex) {
    assertThat(Wildcards.of(regex, META)).isNull();
  }

  @Test
  void escapedCharactersAreLiteral() {
    Wildcards wildcards = Objects.requireNonNull(Wildcards.of("a\\.b\\+.*", META));
    assertThat(wildcards.matches("a.b+c")).isTrue();
    assertThat(wildcards.matches("axb+c")).isFalse();
  }
}
