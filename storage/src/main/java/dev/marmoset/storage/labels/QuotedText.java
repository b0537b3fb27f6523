package dev.marmoset.storage.labels;

import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;

import java.util.HexFormat;

/// A string in quotes, as label values are written in selectors and flags.
///
/// @param value the text between the quotes, escapes resolved
/// @param end   offset behind the closing quote
public record QuotedText(String value, int end) {
  /// Reads the quoted string that begins at `start`.
  ///
  /// Between `"` or `'` the escapes `\\ \" \' \n \t \r` and `\` `u` with four hex digits are known; between back quotes nothing is escaped.
  ///
  /// @param text  holds an opening quote at `start`
  /// @throws InvalidMatcherException if the quotes do not close or an escape is not known
  public static QuotedText parse(String text, int start) throws InvalidMatcherException {
    char quote = text.charAt(start);
    var value = new StringBuilder();
    int at = start + 1;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == quote) {
        return new QuotedText(value.toString(), at + 1);
      }
      if (c == '\\' && quote != '`') {
        at = escape(text, at + 1, value);
      } else {
        value.append(c);
        at++;
      }
    }
    throw new InvalidMatcherException("the quote opened at character " + (start + 1) + " is not closed");
  }

  private static int escape(String text, int at, StringBuilder value) throws InvalidMatcherException {
    char kind = at < text.length() ? text.charAt(at) : ' ';
    switch (kind) {
      case '\\', '"', '\'' -> value.append(kind);
      case 'n' -> value.append('\n');
      case 't' -> value.append('\t');
      case 'r' -> value.append('\r');
      case 'u' -> {
        return hex(text, at + 1, value);
      }
      default -> throw new InvalidMatcherException("\"\\" + kind + "\" at character " + at
          + " is not an escape; write \"\\\\" + kind + "\" for a backslash");
    }
    return at + 1;
  }

  private static int hex(String text, int at, StringBuilder value) throws InvalidMatcherException {
    try {
      value.append((char) HexFormat.fromHexDigits(text, at, at + 4));
      return at + 4;
    } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
      throw new InvalidMatcherException("the escape at character " + (at - 1) + " needs four hex digits");
    }
  }
}
