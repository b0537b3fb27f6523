package dev.marmoset.storage.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One JSON value (RFC 8259). Immutable.
///
/// A number without fraction and exponent that fits into 64 bits is a [Whole], every other one a [Real].
public sealed interface JsonValue {
  /// An object; members keep their order.
  ///
  /// @param members by name
  record Obj(Map<String, JsonValue> members) implements JsonValue {
    /// Copies the members.
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /// The member of this name; a member that is `null` counts as absent.
    public Optional<JsonValue> member(String name) {
      JsonValue value = members.get(name);
      return value instanceof Null ? Optional.empty() : Optional.ofNullable(value);
    }
  }

  /// An array.
  ///
  /// @param elements in order
  record Arr(List<JsonValue> elements) implements JsonValue {
    /// Copies the elements.
    public Arr {
      elements = List.copyOf(elements);
    }
  }

  /// A string.
  ///
  /// @param text decoded
  record Str(String text) implements JsonValue {}

  /// A whole number, exact.
  ///
  /// @param number its value
  record Whole(long number) implements JsonValue {}

  /// Any other number.
  ///
  /// @param number the nearest float64
  record Real(double number) implements JsonValue {}

  /// `true` or `false`.
  ///
  /// @param truth which of the two
  record Bool(boolean truth) implements JsonValue {}

  /// `null`.
  record Null() implements JsonValue {}

  /// Reads a document: one value, nothing behind it but white space.
  ///
  /// @throws JsonSyntaxException if the text is not JSON, names a member twice or nests deeper than 100 levels
  static JsonValue parse(String text) throws JsonSyntaxException {
    return new JsonParser(text).document();
  }

  /// The value on several lines, indented with tabs as Prometheus and Thanos print meta.json; no newline at the end.
  default String indented() {
    return new JsonPrinter().print(this);
  }
}
