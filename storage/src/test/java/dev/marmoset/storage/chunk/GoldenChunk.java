package dev.marmoset.storage.chunk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A chunk as Prometheus 3.14 wrote it, and the samples it was fed, from `golden/chunk-encodings.json`.
///
/// @param encoding the number on disk
/// @param fed the members of each sample as the file has them
public record GoldenChunk(String name, int encoding, int count, String hex, List<Map<String, Object>> fed) {
  /// All vectors of the file.
  public static List<GoldenChunk> all() {
    try (var in =
        Objects.requireNonNull(GoldenChunk.class.getResourceAsStream("/golden/chunk-encodings.json"))) {
      return objects(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))).stream()
          .map(GoldenChunk::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The vectors of float samples.
  public static List<GoldenChunk> xor() {
    return all().stream().filter(chunk -> chunk.encoding == ChunkEncoding.XOR.id()).toList();
  }

  /// The complete chunk data.
  public byte[] data() {
    return HexFormat.of().parseHex(hex);
  }

  /// Time of fed sample i, ms.
  public long time(int i) {
    return number(fed.get(i), "t").asLong();
  }

  /// Raw value bits of fed float sample i.
  public long valueBits(int i) {
    return Long.parseUnsignedLong(string(fed.get(i), "vbits"), 16);
  }

  @Override
  public String toString() {
    return name;
  }

  private static GoldenChunk of(Map<String, Object> vector) {
    var fed = vector.containsKey("samples") ? member(vector, "samples") : member(vector, "hist");
    return new GoldenChunk(string(vector, "name"), (int) number(vector, "enc").asLong(),
        (int) number(vector, "n").asLong(),
        string(vector, "hex"), objects(fed));
  }

  /// A member that must be there.
  public static Object member(Map<String, Object> object, String name) {
    return Objects.requireNonNull(object.get(name), name);
  }

  /// A member that is a number.
  public static Json.Num number(Map<String, Object> object, String name) {
    return (Json.Num) member(object, name);
  }

  /// A member that is a string.
  public static String string(Map<String, Object> object, String name) {
    return (String) member(object, name);
  }

  /// A list of objects.
  @SuppressWarnings("unchecked") // the file's shape is fixed, and a wrong one fails at the first use
  public static List<Map<String, Object>> objects(Object list) {
    return (List<Map<String, Object>>) list;
  }
}
