package dev.marmoset.peers;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/// A value of a JSON document. JSON is a part of YAML 1.2, and the server has a reader for that: no further library.
record Json(@Nullable Object value) {
  private static final int MAX_CHARS = 64 << 20; // the reader's own bound is 3 MB

  /// @throws RuntimeException if `text` is not JSON
  static Json parse(String text) {
    var settings = LoadSettings.builder().setSchema(new JsonSchema()).setCodePointLimit(MAX_CHARS).build();
    return new Json(new Load(settings).loadFromString(text));
  }

  /// The member `key` of an object.
  Json at(String key) {
    if (value instanceof Map<?, ?> members && members.containsKey(key)) {
      return new Json(members.get(key));
    }
    throw new IllegalStateException("reading JSON: no member '" + key + "' in " + this);
  }

  /// The member `key`, if this is an object that has it.
  Optional<Json> find(String key) {
    return value instanceof Map<?, ?> members && members.containsKey(key)
        ? Optional.of(new Json(members.get(key)))
        : Optional.empty();
  }

  /// The elements of an array, or the values of an object.
  List<Json> items() {
    return switch (value) {
      case List<?> list -> list.stream().map(Json::new).toList();
      case Map<?, ?> members -> members.values().stream().map(Json::new).toList();
      case null, default ->
        throw new IllegalStateException("reading JSON: expected an array or object, got " + this);
    };
  }

  /// An object whose values are texts, in the order of its keys.
  Map<String, String> texts() {
    var texts = new TreeMap<String, String>();
    if (!(value instanceof Map<?, ?> members)) {
      throw new IllegalStateException("reading JSON: expected an object, got " + this);
    }
    members.forEach((key, text) -> texts.put(String.valueOf(key), String.valueOf(text)));
    return texts;
  }

  /// A text.
  String text() {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalStateException("reading JSON: expected a text, got " + this);
  }

  /// A number.
  double number() {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalStateException("reading JSON: expected a number, got " + this);
  }

  /// Whether it is `null`.
  boolean isNull() {
    return value == null;
  }
}
