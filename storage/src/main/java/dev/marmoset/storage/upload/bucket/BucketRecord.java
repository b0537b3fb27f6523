package dev.marmoset.storage.upload.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.json.JsonSyntaxException;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Labels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What Marmoset writes down in a bucket before it uploads, so that a second volume cannot publish the same. Written once
/// and never changed, adoption excepted.
///
/// An object of strings: `volume` for who publishes under labels; `ulid`, `source` and `volume` for what a window is
/// published as. Further members are for people.
public sealed interface BucketRecord {
  /// Who publishes under a set of labels.
  ///
  /// @param volume which volume's windows
  record Owner(Ulid volume) implements BucketRecord {}

  /// What a window is published as.
  ///
  /// @param block  its block
  /// @param source the block's one source in meta.json
  /// @param volume that decided it
  record Window(Ulid block, Ulid source, Ulid volume) implements BucketRecord {}

  /// The record of an owner as an object of the bucket.
  ///
  /// @param labels for people
  static byte[] encode(Owner owner, Labels labels) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("volume", text(owner.volume()));
    var shown = new LinkedHashMap<String, JsonValue>();
    labels.toList().forEach(label -> shown.put(label.name(), text(label.value())));
    members.put("labels", new JsonValue.Obj(shown));
    return bytes(members);
  }

  /// The record of a window as an object of the bucket.
  static byte[] encode(Window window) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("ulid", text(window.block()));
    members.put("source", text(window.source()));
    members.put("volume", text(window.volume()));
    return bytes(members);
  }

  private static JsonValue text(Object value) {
    return new JsonValue.Str(value.toString());
  }

  private static byte[] bytes(Map<String, JsonValue> members) {
    return (new JsonValue.Obj(members).indented() + "\n").getBytes(UTF_8);
  }

  /// Reads the record of an owner; empty when it is none.
  static Optional<Owner> owner(byte[] bytes) {
    return ulid(bytes, "volume").map(Owner::new);
  }

  /// Reads the record of a window; empty when it is none.
  static Optional<Window> window(byte[] bytes) {
    return ulid(bytes, "ulid").flatMap(block -> ulid(bytes, "source")
        .flatMap(source -> ulid(bytes, "volume").map(volume -> new Window(block, source, volume))));
  }

  private static Optional<Ulid> ulid(byte[] bytes, String member) {
    try {
      return JsonValue.parse(new String(bytes, UTF_8)) instanceof JsonValue.Obj object
          && object.member(member).orElse(new JsonValue.Null()) instanceof JsonValue.Str(String text)
          && Ulid.isUlid(text) ? Optional.of(Ulid.parse(text)) : Optional.empty();
    } catch (JsonSyntaxException _) {
      return Optional.empty();
    }
  }
}
