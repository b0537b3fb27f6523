package dev.marmoset.storage.block.meta;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.json.JsonFields;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How meta.json is spelled (prometheus `tsdb/block.go`, thanos `pkg/block/metadata/meta.go`).
///
/// Members in the order of the Go structs, indented with tabs. Numbers that are 0 and lists that are empty are left out
/// where upstream leaves them out. Members we do not know are ignored when reading and therefore lost when writing.
public final class BlockMetaFormat {
  private BlockMetaFormat() {}

  /// The bytes of a meta.json.
  public static byte[] encode(BlockMeta meta) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("ulid", text(meta.ulid()));
    members.put("minTime", new JsonValue.Whole(meta.minTime()));
    members.put("maxTime", new JsonValue.Whole(meta.maxTime()));
    members.put("stats", stats(meta.stats()));
    members.put("compaction", compaction(meta.compaction()));
    members.put("version", new JsonValue.Whole(BlockMeta.VERSION));
    meta.thanos().ifPresent(thanos -> members.put("thanos", thanos(thanos)));
    return (new JsonValue.Obj(members).indented() + "\n").getBytes(UTF_8);
  }

  /// Reads a meta.json.
  ///
  /// @param path names the file in errors
  /// @throws CorruptDataException if the bytes are not UTF-8, not JSON, or members lack or have values they cannot have
  /// @throws UnsupportedFormatException if the version is another one
  public static BlockMeta decode(Path path, byte[] bytes) throws IOException {
    var root = JsonFields.of(path, "meta.json", bytes);
    requireVersion(path, "meta.json", root.whole("version"), BlockMeta.VERSION);
    Optional<ThanosMeta> thanos =
        root.has("thanos") ? Optional.of(thanos(path, root.object("thanos"))) : Optional.empty();
    long minTime = root.whole("minTime");
    long maxTime = root.whole("maxTime");
    if (minTime >= maxTime) {
      throw root.wrong("maxTime", "a time after minTime " + minTime, Long.toString(maxTime));
    }
    return new BlockMeta(root.ulid("ulid"), minTime, maxTime, stats(root.object("stats")),
        compaction(root.object("compaction")), thanos);
  }

  private static void requireVersion(Path path, String what, long found, int expected)
      throws UnsupportedFormatException {
    if (found != expected) {
      throw new UnsupportedFormatException(path, what, (int) found, expected, expected);
    }
  }

  private static JsonValue stats(BlockMeta.Stats stats) {
    var members = new LinkedHashMap<String, JsonValue>();
    putNonZero(members, "numSamples", stats.samples());
    putNonZero(members, "numFloatSamples", stats.floatSamples());
    putNonZero(members, "numHistogramSamples", stats.histogramSamples());
    putNonZero(members, "numSeries", stats.series());
    putNonZero(members, "numChunks", stats.chunks());
    putNonZero(members, "numTombstones", stats.tombstones());
    return new JsonValue.Obj(members);
  }

  private static BlockMeta.Stats stats(JsonFields fields) throws CorruptDataException {
    return new BlockMeta.Stats(fields.wholeOrZero("numSamples"), fields.wholeOrZero("numFloatSamples"),
        fields.wholeOrZero("numHistogramSamples"),
        fields.wholeOrZero("numSeries"), fields.wholeOrZero("numChunks"),
        fields.wholeOrZero("numTombstones"));
  }

  private static JsonValue compaction(BlockMeta.Compaction compaction) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("level", new JsonValue.Whole(compaction.level()));
    putNonEmpty(members, "sources", compaction.sources().stream().map(BlockMetaFormat::text).toList());
    putNonEmpty(members, "parents", compaction.parents().stream().map(BlockMetaFormat::parent).toList());
    putNonEmpty(members, "hints", compaction.hints().stream().map(BlockMetaFormat::text).toList());
    return new JsonValue.Obj(members);
  }

  private static JsonValue parent(BlockMeta.Parent parent) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("ulid", text(parent.ulid()));
    members.put("minTime", new JsonValue.Whole(parent.minTime()));
    members.put("maxTime", new JsonValue.Whole(parent.maxTime()));
    return new JsonValue.Obj(members);
  }

  private static BlockMeta.Compaction compaction(JsonFields fields) throws CorruptDataException {
    return new BlockMeta.Compaction((int) fields.whole("level"), fields.list("sources", JsonFields::asUlid),
        fields.list("parents", parent -> parent(parent.asObject())),
        fields.list("hints", JsonFields::asText));
  }

  private static BlockMeta.Parent parent(JsonFields fields) throws CorruptDataException {
    return new BlockMeta.Parent(fields.ulid("ulid"), fields.whole("minTime"), fields.whole("maxTime"));
  }

  private static JsonValue thanos(ThanosMeta thanos) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("version", new JsonValue.Whole(ThanosMeta.VERSION));
    members.put("labels", labels(thanos.labels()));
    members.put("downsample",
        new JsonValue.Obj(Map.of("resolution", new JsonValue.Whole(thanos.resolution()))));
    members.put("source", text(thanos.source()));
    putNonEmpty(members, "segment_files", thanos.segmentFiles().stream().map(BlockMetaFormat::text).toList());
    putNonEmpty(members, "files", thanos.files().stream().map(BlockMetaFormat::file).toList());
    var stats = new LinkedHashMap<String, JsonValue>();
    putNonZero(stats, "series_max_size", thanos.indexStats().seriesMaxSize());
    putNonZero(stats, "chunk_max_size", thanos.indexStats().chunkMaxSize());
    members.put("index_stats", new JsonValue.Obj(stats));
    thanos.uploadTime().ifPresent(time -> members.put("upload_time", text(time)));
    if (!thanos.extensions().members().isEmpty()) {
      members.put("extensions", thanos.extensions());
    }
    return new JsonValue.Obj(members);
  }

  private static JsonValue labels(Labels labels) {
    var members = new LinkedHashMap<String, JsonValue>();
    for (int i = 0; i < labels.size(); i++) {
      members.put(labels.name(i), text(labels.value(i)));
    }
    return new JsonValue.Obj(members);
  }

  private static JsonValue file(ThanosMeta.FileEntry file) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("rel_path", text(file.path()));
    file.bytes().ifPresent(bytes -> putNonZero(members, "size_bytes", bytes));
    file.sha256().ifPresent(hash -> {
      var hashMembers = new LinkedHashMap<String, JsonValue>();
      hashMembers.put("hashFunc", text("SHA256"));
      hashMembers.put("value", text(hash));
      members.put("hash", new JsonValue.Obj(hashMembers));
    });
    return new JsonValue.Obj(members);
  }

  private static ThanosMeta thanos(Path path, JsonFields fields) throws IOException {
    // Thanos' compactor writes no version and reads none as 1.
    long version = fields.wholeOrZero("version");
    requireVersion(path, "section thanos of meta.json", version == 0 ? ThanosMeta.VERSION : version,
        ThanosMeta.VERSION);
    JsonFields stats = fields.object("index_stats");
    Optional<Instant> uploadTime =
        fields.has("upload_time") ? Optional.of(time(fields, "upload_time")) : Optional.empty();
    return new ThanosMeta(labels(fields.object("labels")),
        fields.object("downsample").wholeOrZero("resolution"), fields.textOrEmpty("source"),
        fields.list("segment_files", JsonFields::asText), fields.list("files", file -> file(file.asObject())),
        new ThanosMeta.IndexStats(stats.wholeOrZero("series_max_size"), stats.wholeOrZero("chunk_max_size")),
        uploadTime,
        extensions(fields, "extensions"));
  }

  private static ThanosMeta.FileEntry file(JsonFields fields) throws CorruptDataException {
    JsonFields hash = fields.object("hash");
    Optional<String> sha256 =
        hash.textOrEmpty("hashFunc").equals("SHA256") ? Optional.of(hash.textOrEmpty("value"))
            : Optional.empty();
    return new ThanosMeta.FileEntry(fields.text("rel_path"), fields.optionalWhole("size_bytes"), sha256);
  }

  private static Labels labels(JsonFields fields) throws CorruptDataException {
    var labels = new ArrayList<Label>();
    if (fields.value() instanceof JsonValue.Obj(var members)) {
      for (String name : members.keySet()) {
        if (name.isEmpty()) {
          throw fields.wrong("", "label names that are not empty", "an empty one");
        }
        labels.add(new Label(name, fields.textOrEmpty(name)));
      }
    }
    return Labels.of(labels);
  }

  private static Instant time(JsonFields fields, String name) throws CorruptDataException {
    String text = fields.text(name);
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw fields.wrong(name, "an RFC 3339 time", '"' + text + '"');
    }
  }

  private static JsonValue.Obj extensions(JsonFields fields, String name) {
    return fields.value() instanceof JsonValue.Obj object
        && object.member(name).orElse(new JsonValue.Null()) instanceof JsonValue.Obj found ? found
            : new JsonValue.Obj(Map.of());
  }

  private static void putNonZero(Map<String, JsonValue> members, String name, long number) {
    if (number != 0) {
      members.put(name, new JsonValue.Whole(number));
    }
  }

  private static void putNonEmpty(Map<String, JsonValue> members, String name, List<JsonValue> elements) {
    if (!elements.isEmpty()) {
      members.put(name, new JsonValue.Arr(elements));
    }
  }

  private static JsonValue text(Object value) {
    return new JsonValue.Str(value.toString());
  }
}
