package dev.marmoset.storage.chunk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/// Just enough JSON for golden files. Numbers keep their text, so that int64 stays exact.
///
/// Made of [Map], [List], [String], [Boolean], [Num] and [Null].
public final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /// A number as written.
  public record Num(String text) {
    /// As an int64.
    public long asLong() {
      return Long.parseLong(text);
    }

    /// As a float64.
    public double asDouble() {
      return Double.parseDouble(text);
    }
  }

  /// The literal null.
  public enum Null {
    NULL
  }

  /// The value of a text.
  public static Object parse(String text) {
    var json = new Json(text);
    var value = json.value();
    json.space();
    if (json.at != text.length()) {
      throw json.unexpected();
    }
    return value;
  }

  private Object value() {
    space();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", Null.NULL);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    var members = new LinkedHashMap<String, Object>();
    expect('{');
    while (!taken('}')) {
      if (!members.isEmpty()) {
        expect(',');
      }
      space();
      var name = string();
      space();
      expect(':');
      members.put(name, value());
      space();
    }
    return members;
  }

  private List<Object> array() {
    var items = new ArrayList<>();
    expect('[');
    while (!taken(']')) {
      if (!items.isEmpty()) {
        expect(',');
      }
      items.add(value());
      space();
    }
    return items;
  }

  private String string() {
    expect('"');
    var out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      out.append(c == '\\' ? escape() : c);
    }
    at++;
    return out.toString();
  }

  private char escape() {
    char c = text.charAt(at++);
    return switch (c) {
      case 'u' -> {
        at += 4;
        yield (char) Integer.parseInt(text, at - 4, at, 16);
      }
      case 'n' -> '\n';
      case 't' -> '\t';
      case '"', '\\', '/' -> c;
      default -> throw unexpected();
    };
  }

  private Num number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (from == at) {
      throw unexpected();
    }
    return new Num(text.substring(from, at));
  }

  private Object literal(String word, Object meaning) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return meaning;
  }

  private boolean taken(char c) {
    space();
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void expect(char c) {
    if (peek() != c) {
      throw unexpected();
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw new NoSuchElementException("JSON ends at " + at);
    }
    return text.charAt(at);
  }

  private void space() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("unexpected JSON at " + at);
  }
}
