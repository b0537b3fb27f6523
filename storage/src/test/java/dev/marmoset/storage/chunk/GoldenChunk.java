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
record GoldenChunk(String name, int encoding, int count, String hex, List<Map<String, Object>> fed) {
  /// All vectors of the file.
  static List<GoldenChunk> all() {
    try (var in = Objects.requireNonNull(GoldenChunk.class.getResourceAsStream("/golden/chunk-encodings.json"))) {
      return array(Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8))).stream().map(GoldenChunk::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The vectors of float samples.
  static List<GoldenChunk> xor() {
    return all().stream().filter(chunk -> chunk.encoding == ChunkEncoding.XOR.id()).toList();
  }

  byte[] data() {
    return HexFormat.of().parseHex(hex);
  }

  /// Time of fed sample i, ms.
  long time(int i) {
    return number(fed.get(i), "t").asLong();
  }

  /// Raw value bits of fed float sample i.
  long valueBits(int i) {
    return Long.parseUnsignedLong((String) fed.get(i).get("vbits"), 16);
  }

  @Override
  public String toString() {
    return name;
  }

  private static GoldenChunk of(Map<String, Object> vector) {
    var fed = array(vector.getOrDefault("samples", vector.getOrDefault("hist", List.of())));
    return new GoldenChunk((String) vector.get("name"), (int) number(vector, "enc").asLong(), (int) number(vector, "n").asLong(),
        (String) vector.get("hex"), fed);
  }

  static Json.Num number(Map<String, Object> object, String member) {
    return (Json.Num) Objects.requireNonNull(object.get(member), member);
  }

  @SuppressWarnings("unchecked") // the file's shape is fixed, and a wrong one fails at the first use
  private static List<Map<String, Object>> array(Object value) {
    return (List<Map<String, Object>>) value;
  }
}
