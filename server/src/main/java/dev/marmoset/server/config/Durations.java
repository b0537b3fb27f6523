package dev.marmoset.server.config;

import java.time.Duration;
import java.util.regex.Pattern;

/// Durations in Prometheus notation: `2h45m`, `15d`, `250ms`, `0`.
///
/// Units from large to small, each at most once: `y` (365 d), `w`, `d`, `h`, `m`, `s`, `ms`. Fractions and signs are
/// not part of the notation (prometheus/common `model/time.go`).
public final class Durations {
  private static final Pattern NOTATION = Pattern
      .compile("(?:(\\d+)y)?(?:(\\d+)w)?(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?");
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] UNIT_MILLIS =
      {365L * 86_400_000, 7L * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000,
        1};

  private Durations() {}

  /// Parses a duration.
  ///
  /// @throws InvalidValueException if the text is empty, in another notation, or beyond 292 million years
  public static Duration parse(String text) throws InvalidValueException {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    var matcher = NOTATION.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new InvalidValueException("\"" + text + "\" is not a duration such as 30s, 2h45m or 15d");
    }
    try {
      long millis = 0;
      for (int i = 0; i < UNITS.length; i++) {
        String digits = matcher.group(i + 1);
        if (digits != null) {
          millis = Math.addExact(millis, Math.multiplyExact(Long.parseLong(digits), UNIT_MILLIS[i]));
        }
      }
      return Duration.ofMillis(millis);
    } catch (ArithmeticException | NumberFormatException _) {
      throw new InvalidValueException(
          "\"" + text + "\" is a longer duration than can be counted in milliseconds");
    }
  }

  /// Writes a duration in the same notation, without weeks and years; parts below a millisecond are cut off.
  public static String format(Duration duration) {
    long rest = duration.toMillis();
    if (rest == 0) {
      return "0s";
    }
    var text = new StringBuilder();
    for (int i = 2; i < UNITS.length; i++) {
      if (rest >= UNIT_MILLIS[i]) {
        text.append(rest / UNIT_MILLIS[i]).append(UNITS[i]);
        rest %= UNIT_MILLIS[i];
      }
    }
    return text.toString();
  }
}
