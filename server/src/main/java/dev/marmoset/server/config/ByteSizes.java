package dev.marmoset.server.config;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/// Sizes in Prometheus notation: `512MB`, `1GiB`, `1.5GB`, `0`.
///
/// `KB` and `KiB` are both 1024 bytes, as in Prometheus' size flags. A unit is required, except for 0.
public final class ByteSizes {
  private static final Pattern NOTATION = Pattern.compile("(\\d+(?:\\.\\d+)?)([KMGTPE]i?)?B");
  private static final List<String> PREFIXES = List.of("", "K", "M", "G", "T", "P", "E");

  private ByteSizes() {}

  /// Parses a size in bytes; a fraction of a byte is cut off.
  ///
  /// @throws InvalidValueException if the text is in another notation or is 8 EiB or more
  public static long parse(String text) throws InvalidValueException {
    if (text.equals("0")) {
      return 0;
    }
    var matcher = NOTATION.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidValueException("\"" + text + "\" is not a size such as 512MB or 1GiB");
    }
    String unit = matcher.group(2);
    int power = unit == null ? 0 : PREFIXES.indexOf(unit.substring(0, 1));
    var bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << (10 * power)));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new InvalidValueException("\"" + text + "\" is 8EiB or more");
    }
    return bytes.longValue();
  }

  /// Writes a size with the largest unit that divides it.
  public static String format(long bytes) {
    int power = 0;
    long rest = bytes;
    while (rest != 0 && rest % 1024 == 0 && power < PREFIXES.size() - 1) {
      rest /= 1024;
      power++;
    }
    return rest + PREFIXES.get(power) + (power == 0 ? "B" : "iB");
  }
}
