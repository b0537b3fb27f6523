package dev.marmoset.storage.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.Ulid;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A value inside a document, with where it stands, read as what it has to be. Every error names the file and the place.
///
/// @param file  for errors
/// @param place member names from the root, for errors
/// @param value what stands there
public record JsonFields(Path file, String place, JsonValue value) {
  /// Turns an element of a list into what it stands for.
  @FunctionalInterface
  public interface Reading<T> {
    /// Reads one element.
    T read(JsonFields element) throws CorruptDataException;
  }

  /// Turns a member of an object into what it stands for.
  @FunctionalInterface
  public interface MemberReading<T> {
    /// Reads one member.
    T read(String name, JsonFields value) throws CorruptDataException;
  }

  /// Reads a document.
  ///
  /// @param file for errors
  /// @param what what the document is, for errors
  /// @throws CorruptDataException if the bytes are not UTF-8 or not JSON
  public static JsonFields of(Path file, String what, byte[] bytes) throws CorruptDataException {
    try {
      return new JsonFields(file, "",
          JsonValue.parse(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString()));
    } catch (CharacterCodingException e) {
      throw new CorruptDataException(file, 0, "reading " + what, "UTF-8", String.valueOf(e.getMessage()));
    } catch (JsonSyntaxException e) {
      throw new CorruptDataException(file, e.position(), "reading " + what, "JSON",
          String.valueOf(e.getMessage()));
    }
  }

  /// Whether there is a member of this name that is not `null`.
  public boolean has(String name) {
    return member(name).isPresent();
  }

  /// The object of this name; an empty one when there is none.
  public JsonFields object(String name) throws CorruptDataException {
    return child(name, member(name).orElse(new JsonValue.Obj(Map.of()))).asObject();
  }

  /// This value, which has to be an object.
  public JsonFields asObject() throws CorruptDataException {
    if (value instanceof JsonValue.Obj) {
      return this;
    }
    throw wrong("an object");
  }

  /// The whole number of this name.
  public long whole(String name) throws CorruptDataException {
    return optionalWhole(name).orElseThrow(() -> wrong(name, "a number", "nothing"));
  }

  /// The whole number of this name; 0 when there is none.
  public long wholeOrZero(String name) throws CorruptDataException {
    return optionalWhole(name).orElse(0);
  }

  /// The whole number of this name, if there is one.
  public OptionalLong optionalWhole(String name) throws CorruptDataException {
    Optional<JsonValue> found = member(name);
    if (found.isEmpty()) {
      return OptionalLong.empty();
    }
    if (found.get() instanceof JsonValue.Whole(long number)) {
      return OptionalLong.of(number);
    }
    throw child(name, found.get()).wrong("a whole number of 64 bits");
  }

  /// The truth value of this name; false when there is none.
  public boolean flag(String name) throws CorruptDataException {
    Optional<JsonValue> found = member(name);
    if (found.isEmpty()) {
      return false;
    }
    if (found.get() instanceof JsonValue.Bool(boolean truth)) {
      return truth;
    }
    throw child(name, found.get()).wrong("true or false");
  }

  /// The string of this name.
  public String text(String name) throws CorruptDataException {
    Optional<JsonValue> found = member(name);
    if (found.isEmpty()) {
      throw wrong(name, "a string", "nothing");
    }
    return child(name, found.get()).asText();
  }

  /// The string of this name; the empty one when there is none.
  public String textOrEmpty(String name) throws CorruptDataException {
    return has(name) ? text(name) : "";
  }

  /// This value, which has to be a string.
  public String asText() throws CorruptDataException {
    if (value instanceof JsonValue.Str(String string)) {
      return string;
    }
    throw wrong("a string");
  }

  /// The ULID of this name.
  public Ulid ulid(String name) throws CorruptDataException {
    return child(name, new JsonValue.Str(text(name))).asUlid();
  }

  /// This value, which has to be a ULID.
  public Ulid asUlid() throws CorruptDataException {
    String string = asText();
    if (!Ulid.isUlid(string)) {
      throw wrong("a ULID");
    }
    return Ulid.parse(string);
  }

  /// The elements of the array of this name; none when there is no such array.
  public <T> List<T> list(String name, Reading<T> reading) throws CorruptDataException {
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

  /// The members of the object of this name, each read by `reading`; none when there is no such object.
  public <T> List<T> members(String name, MemberReading<T> reading) throws CorruptDataException {
    var read = new ArrayList<T>();
    JsonFields object = object(name);
    if (object.value() instanceof JsonValue.Obj(var members)) {
      for (var member : members.entrySet()) {
        read.add(reading.read(member.getKey(), object.child(member.getKey(), member.getValue())));
      }
    }
    return read;
  }

  /// What to throw when the member of this name is not what it has to be.
  public CorruptDataException wrong(String name, String expected, String got) {
    return new CorruptDataException(file, 0, "reading \"" + path(name) + "\"", expected, got);
  }

  private CorruptDataException wrong(String expected) {
    return new CorruptDataException(file, 0, "reading \"" + place + "\"", expected, value.toString());
  }

  private Optional<JsonValue> member(String name) {
    return value instanceof JsonValue.Obj object ? object.member(name) : Optional.empty();
  }

  private JsonFields child(String name, JsonValue element) {
    return new JsonFields(file, path(name), element);
  }

  private String path(String name) {
    return place.isEmpty() ? name : place + '.' + name;
  }
}
