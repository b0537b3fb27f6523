package dev.marmoset.server.json;

/// Builds one JSON text, without white space. Not thread-safe; commas are its business, nesting is the caller's.
///
/// Control characters, quotes and backslashes are escaped, and so are U+2028 and U+2029 and lone surrogates, so the
/// text is one line and valid UTF-8 whatever the values hold.
public final class JsonWriter {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder text = new StringBuilder();
  private boolean first = true;

  /// Begins an object, as a value or at the top.
  public JsonWriter object() {
    return open('{');
  }

  /// Ends the innermost object.
  public JsonWriter endObject() {
    return close('}');
  }

  /// Begins an array.
  public JsonWriter array() {
    return open('[');
  }

  /// Ends the innermost array.
  public JsonWriter endArray() {
    return close(']');
  }

  /// Writes the key of the next value.
  public JsonWriter key(String key) {
    separate();
    quote(key);
    text.append(':');
    first = true;
    return this;
  }

  /// Writes a string.
  public JsonWriter value(String value) {
    separate();
    quote(value);
    return this;
  }

  /// Writes a whole number.
  public JsonWriter value(long value) {
    separate();
    text.append(value);
    return this;
  }

  /// Writes true or false.
  public JsonWriter value(boolean value) {
    separate();
    text.append(value);
    return this;
  }

  /// Writes a key and a string.
  public JsonWriter field(String key, String value) {
    return key(key).value(value);
  }

  /// Writes a key and a whole number.
  public JsonWriter field(String key, long value) {
    return key(key).value(value);
  }

  /// The text so far.
  @Override
  public String toString() {
    return text.toString();
  }

  private JsonWriter open(char bracket) {
    separate();
    text.append(bracket);
    first = true;
    return this;
  }

  private JsonWriter close(char bracket) {
    text.append(bracket);
    first = false;
    return this;
  }

  private void separate() {
    if (!first) {
      text.append(',');
    }
    first = false;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (needsEscape(value, i)) {
            escape(c);
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean needsEscape(String value, int i) {
    char c = value.charAt(i);
    if (c < ' ' || c == 0x7F || c == 0x2028 || c == 0x2029) {
      return true;
    }
    if (Character.isHighSurrogate(c)) {
      return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
    }
    return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
  }

  private void escape(char c) {
    text.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      text.append(HEX.charAt((c >> shift) & 0xF));
    }
  }
}
