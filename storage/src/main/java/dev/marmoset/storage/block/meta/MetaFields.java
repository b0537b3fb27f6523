package dev.marmoset.storage.block.meta;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A value inside a meta.json, with where it stands, read as what it has to be.
///
/// @param file  for errors
/// @param place member names from the root, for errors
/// @param value what stands there
record MetaFields(Path file, String place, JsonValue value) {
  /// Turns an element of a list into what it stands for.
  interface Reading<T> {
    T read(MetaFields element) throws CorruptDataException;
  }

  boolean has(String name) {
    return member(name).isPresent();
  }

  /// The object of this name; an empty one when there is none.
  MetaFields object(String name) throws CorruptDataException {
    return child(name, member(name).orElse(new JsonValue.Obj(Map.of()))).asObject();
  }

  MetaFields asObject() throws CorruptDataException {
    if (value instanceof JsonValue.Obj) {
      return this;
    }
    throw wrong("an object");
  }

  long whole(String name) throws CorruptDataException {
    return optionalWhole(name).orElseThrow(() -> wrong(name, "a number", "nothing"));
  }

  long wholeOrZero(String name) throws CorruptDataException {
    return optionalWhole(name).orElse(0);
  }

  OptionalLong optionalWhole(String name) throws CorruptDataException {
    Optional<JsonValue> found = member(name);
    if (found.isEmpty()) {
      return OptionalLong.empty();
    }
    if (found.get() instanceof JsonValue.Whole(long number)) {
      return OptionalLong.of(number);
    }
    throw child(name, found.get()).wrong("a whole number of 64 bits");
  }

  String text(String name) throws CorruptDataException {
    Optional<JsonValue> found = member(name);
    if (found.isEmpty()) {
      throw wrong(name, "a string", "nothing");
    }
    return child(name, found.get()).asText();
  }

  String textOrEmpty(String name) throws CorruptDataException {
    return has(name) ? text(name) : "";
  }

  String asText() throws CorruptDataException {
    if (value instanceof JsonValue.Str(String string)) {
      return string;
    }
    throw wrong("a string");
  }

  Ulid ulid(String name) throws CorruptDataException {
    return child(name, new JsonValue.Str(text(name))).asUlid();
  }

  Ulid asUlid() throws CorruptDataException {
    String string = asText();
    if (!Ulid.isUlid(string)) {
      throw wrong("a ULID");
    }
    return Ulid.parse(string);
  }

  /// The elements of the array of this name; none when there is no such array.
  <T> List<T> list(String name, Reading<T> reading) throws CorruptDataException {
    var read = new ArrayList<T>();
    Optional<JsonValue> found = member(name);
    if (found.isPresent()) {
      if (!(found.get() instanceof JsonValue.Arr(var elements))) {
        throw child(name, found.get()).wrong("an array");
      }
      for (JsonValue element : elements) {
        read.add(reading.read(child(name, element)));
      }
    }
    return read;
  }

  /// The members as labels.
  Labels asLabels() throws CorruptDataException {
    var labels = new ArrayList<Label>();
    if (value instanceof JsonValue.Obj(var members)) {
      for (String name : members.keySet()) {
        if (name.isEmpty()) {
          throw wrong("label names that are not empty");
        }
        labels.add(new Label(name, textOrEmpty(name)));
      }
    }
    return Labels.of(labels);
  }

  Instant time(String name) throws CorruptDataException {
    String string = text(name);
    try {
      return OffsetDateTime.parse(string).toInstant();
    } catch (DateTimeException e) {
      throw wrong(name, "an RFC 3339 time", '"' + string + '"');
    }
  }

  JsonValue.Obj extensions(String name) {
    return member(name).orElse(new JsonValue.Null()) instanceof JsonValue.Obj found ? found
        : new JsonValue.Obj(Map.of());
  }

  CorruptDataException wrong(String name, String expected, String got) {
    return new CorruptDataException(file, 0, "reading \"" + path(name) + "\"", expected, got);
  }

  private CorruptDataException wrong(String expected) {
    return new CorruptDataException(file, 0, "reading \"" + place + "\"", expected, value.toString());
  }

  private Optional<JsonValue> member(String name) {
    return value instanceof JsonValue.Obj object ? object.member(name) : Optional.empty();
  }

  private MetaFields child(String name, JsonValue element) {
    return new MetaFields(file, path(name), element);
  }

  private String path(String name) {
    return place.isEmpty() ? name : place + '.' + name;
  }
}
