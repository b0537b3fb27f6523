package dev.marmoset.storage.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;

/// Reads one JSON document by recursive descent.
final class JsonParser {
  /// Deeper documents are refused, so that hostile input cannot exhaust the stack.
  private static final int MAX_DEPTH = 100;
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  private final String text;
  private int at;
  private int depth;

  JsonParser(String text) {
    this.text = text;
  }

  JsonValue document() throws JsonSyntaxException {
    JsonValue value = value();
    skipWhiteSpace();
    if (at < text.length()) {
      throw unexpected("the end");
    }
    return value;
  }

  private JsonValue value() throws JsonSyntaxException {
    skipWhiteSpace();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new JsonValue.Str(string());
      case 't' -> word("true", new JsonValue.Bool(true));
      case 'f' -> word("false", new JsonValue.Bool(false));
      case 'n' -> word("null", new JsonValue.Null());
      default -> number();
    };
  }

  private JsonValue object() throws JsonSyntaxException {
    enter();
    var members = new LinkedHashMap<String, JsonValue>();
    while (more('}', members.isEmpty())) {
      skipWhiteSpace();
      if (peek() != '"') {
        throw unexpected("a member name");
      }
      int start = at;
      String name = string();
      skipWhiteSpace();
      expect(':');
      if (members.put(name, value()) != null) {
        throw new JsonSyntaxException(start, "distinct member names", "\"" + name + "\" twice");
      }
    }
    return new JsonValue.Obj(members);
  }

  private JsonValue array() throws JsonSyntaxException {
    enter();
    var elements = new ArrayList<JsonValue>();
    while (more(']', elements.isEmpty())) {
      elements.add(value());
    }
    return new JsonValue.Arr(elements);
  }

  private void enter() throws JsonSyntaxException {
    at++;
    if (++depth > MAX_DEPTH) {
      throw new JsonSyntaxException(at, "at most " + MAX_DEPTH + " levels", "more");
    }
  }

  /// Whether another element follows; consumes the comma before it, or the closing bracket.
  private boolean more(char close, boolean first) throws JsonSyntaxException {
    skipWhiteSpace();
    if (peek() == close) {
      at++;
      depth--;
      return false;
    }
    if (!first) {
      expect(',');
    }
    return true;
  }

  private JsonValue word(String word, JsonValue value) throws JsonSyntaxException {
    if (!text.startsWith(word, at)) {
      throw unexpected("a value");
    }
    at += word.length();
    return value;
  }

  private JsonValue number() throws JsonSyntaxException {
    var matcher = NUMBER.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      throw unexpected("a value");
    }
    String digits = matcher.group();
    at = matcher.end();
    if (matcher.group(2) == null && matcher.group(3) == null) {
      try {
        return new JsonValue.Whole(Long.parseLong(digits));
      } catch (NumberFormatException beyondLong) {
        return new JsonValue.Real(Double.parseDouble(digits));
      }
    }
    return new JsonValue.Real(Double.parseDouble(digits));
  }

  private String string() throws JsonSyntaxException {
    at++;
    var decoded = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at);
      if (c < ' ') {
        throw unexpected("no control character in a string");
      }
      at++;
      decoded.append(c == '\\' ? escape() : c);
    }
    at++;
    return decoded.toString();
  }

  private char escape() throws JsonSyntaxException {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw new JsonSyntaxException(at - 1, "an escape", "\\" + c);
    };
  }

  private char unicode() throws JsonSyntaxException {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw unexpected("four hex digits");
      }
      code = code << 4 | digit;
      at++;
    }
    return (char) code;
  }

  private void expect(char c) throws JsonSyntaxException {
    if (peek() != c) {
      throw unexpected("'" + c + "'");
    }
    at++;
  }

  private char peek() throws JsonSyntaxException {
    if (at >= text.length()) {
      throw unexpected("more");
    }
    return text.charAt(at);
  }

  private void skipWhiteSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonSyntaxException unexpected(String expected) {
    return new JsonSyntaxException(at, expected,
        at < text.length() ? "'" + text.charAt(at) + "'" : "the end");
  }
}
