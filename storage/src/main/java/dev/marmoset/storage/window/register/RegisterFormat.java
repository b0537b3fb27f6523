package dev.marmoset.storage.window.register;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.json.JsonFields;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Conflict;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.Kind;
import dev.marmoset.storage.window.register.RegisterRecord.ListedFile;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.RegisterRecord.Retired;
import dev.marmoset.storage.window.register.RegisterRecord.Span;
import dev.marmoset.storage.window.register.RegisterRecord.Stamp;
import dev.marmoset.storage.window.register.RegisterRecord.Uploaded;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a record of a register is spelled: one JSON document per file, indented with tabs.
///
/// Every record of this and of every later format has these members, and they never change their meaning:
///
/// | member    | content                                                                                |
/// |-----------|----------------------------------------------------------------------------------------|
/// | `format`  | 1; a higher number is too new for this build                                            |
/// | `type`    | `claim`, `part`, `commit`, `uploaded`, `conflict`, `retired`; any other is too new       |
/// | `window`  | start of the window, ms; the name of the directory                                       |
/// | `number`  | place in the register, from 1; the name of the file                                      |
/// | `author`  | incarnation, ULID                                                                        |
/// | `nonce`   | 16 hex digits                                                                            |
/// | `wall`    | wall clock of the author, ms                                                             |
/// | `closing` | true when the window closes by it: read even from records that are too new               |
///
/// | type       | further members                                                                         |
/// |------------|-----------------------------------------------------------------------------------------|
/// | `claim`    | `purpose` (`part`, `final`, `patch`), `planned`                                           |
/// | `part`     | `block`, `files`, `from`, `to`                                                            |
/// | `commit`   | `kind` (`final`, `first`, `patch`), `k`, `replaced`, `from`, `to`; when there are samples `block`, `bucket`, `source`, `files`, `meta` (the text of meta.json) |
/// | `uploaded` | `bucket`, `files` without `sha256`                                                        |
/// | `conflict` | `foreign`, `found`                                                                        |
/// | `retired`  | `blocks`                                                                                  |
///
/// `files` are objects of `path`, `bytes`, `sha256`; `from` and `to` are objects whose members are named by the log:
/// `"<incarnation>": {"segment": n, "offset": n}`. Unknown members are ignored.
final class RegisterFormat {
  /// The one format this build writes and the newest one it reads.
  static final int FORMAT = 1;

  private static final String WHAT = "register record";

  /// What the bytes of a record turned out to be.
  sealed interface Decoded {}

  /// A record.
  record Known(RegisterRecord value) implements Decoded {}

  /// A record of a newer build: nothing in the register from here on may be interpreted.
  ///
  /// @param what    what is unknown
  /// @param closing whether the window closes by it
  record TooNew(String what, boolean closing) implements Decoded {}

  private RegisterFormat() {}

  /// The bytes of a record of the window that starts at `start`, ms.
  static byte[] encode(long start, RegisterRecord value) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("format", new JsonValue.Whole(FORMAT));
    members.put("type", text(type(value)));
    members.put("window", new JsonValue.Whole(start));
    members.put("number", new JsonValue.Whole(value.number()));
    members.put("author", text(value.author()));
    members.put("nonce", text(HexFormat.of().toHexDigits(value.stamp().nonce())));
    members.put("wall", new JsonValue.Whole(value.stamp().wallMillis()));
    putContent(members, value);
    return (new JsonValue.Obj(members).indented() + "\n").getBytes(UTF_8);
  }

  private static String type(RegisterRecord value) {
    return switch (value) {
      case Claim _ -> "claim";
      case Part _ -> "part";
      case Commit _ -> "commit";
      case Uploaded _ -> "uploaded";
      case Conflict _ -> "conflict";
      case Retired _ -> "retired";
    };
  }

  private static void putContent(Map<String, JsonValue> members, RegisterRecord value) {
    switch (value) {
      case Claim claim -> {
        members.put("closing", new JsonValue.Bool(claim.closing()));
        members.put("purpose", text(claim.purpose().text()));
        members.put("planned", text(claim.planned()));
      }
      case Part part -> {
        members.put("block", text(part.block()));
        members.put("files", files(part.files()));
        putSpan(members, part.span());
      }
      case Commit commit -> putCommit(members, commit);
      case Uploaded uploaded -> {
        members.put("bucket", text(uploaded.bucket()));
        members.put("files", new JsonValue.Arr(uploaded.listing().stream()
            .<JsonValue>map(file -> file(file.path(), file.bytes(), Optional.empty())).toList()));
      }
      case Conflict conflict -> {
        members.put("foreign", text(conflict.foreign()));
        members.put("found", text(conflict.found()));
      }
      case Retired retired -> members.put("blocks", ulids(retired.blocks()));
    }
  }

  private static void putCommit(Map<String, JsonValue> members, Commit commit) {
    members.put("closing", new JsonValue.Bool(commit.edition().closing()));
    members.put("kind", text(commit.edition().kind().text()));
    members.put("k", new JsonValue.Whole(commit.edition().k()));
    commit.publication().ifPresent(publication -> {
      members.put("block", text(publication.directory()));
      members.put("bucket", text(publication.bucket()));
      members.put("source", text(publication.source()));
      members.put("files", files(publication.files()));
      members.put("meta", text(publication.meta()));
    });
    members.put("replaced", ulids(commit.replaced()));
    putSpan(members, commit.span());
  }

  private static void putSpan(Map<String, JsonValue> members, Span span) {
    members.put("from", positions(span.from()));
    members.put("to", positions(span.to()));
  }

  private static JsonValue positions(CoveredPositions positions) {
    var members = new LinkedHashMap<String, JsonValue>();
    for (LogPosition position : positions.positions()) {
      var place = new LinkedHashMap<String, JsonValue>();
      place.put("segment", new JsonValue.Whole(position.segment()));
      place.put("offset", new JsonValue.Whole(position.offset()));
      members.put(position.incarnation().toString(), new JsonValue.Obj(place));
    }
    return new JsonValue.Obj(members);
  }

  private static JsonValue files(List<BlockFile> files) {
    return new JsonValue.Arr(files.stream()
        .<JsonValue>map(file -> file(file.path(), file.bytes(), Optional.of(file.sha256()))).toList());
  }

  private static JsonValue file(String path, long bytes, Optional<String> sha256) {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("path", text(path));
    members.put("bytes", new JsonValue.Whole(bytes));
    sha256.ifPresent(hash -> members.put("sha256", text(hash)));
    return new JsonValue.Obj(members);
  }

  private static JsonValue ulids(List<Ulid> ulids) {
    return new JsonValue.Arr(ulids.stream().<JsonValue>map(RegisterFormat::text).toList());
  }

  private static JsonValue text(Object value) {
    return new JsonValue.Str(value.toString());
  }

  /// Reads a record.
  ///
  /// @param path   names the file in errors
  /// @param start  start of the window it has to be of, ms
  /// @param number place in the register it has to be of
  /// @throws CorruptDataException if it is no record, or the record of another place
  static Decoded decode(Path path, long start, long number, byte[] bytes) throws CorruptDataException {
    JsonFields fields = JsonFields.of(path, WHAT, bytes).asObject();
    long format = fields.whole("format");
    String type = fields.text("type");
    boolean closing = fields.flag("closing");
    if (format != FORMAT) {
      return new TooNew("%s is a record of format %d, this build reads %d".formatted(path, format, FORMAT),
          closing);
    }
    require(fields, "window", start);
    require(fields, "number", number);
    var stamp = new Stamp(number, fields.ulid("author"), nonce(fields), fields.whole("wall"));
    return switch (type) {
      case "claim" -> claim(fields, stamp, closing);
      case "part" -> new Known(new Part(stamp, fields.ulid("block"), files(fields), span(fields)));
      case "commit" -> commit(fields, stamp, closing);
      case "uploaded" -> new Known(new Uploaded(stamp, fields.ulid("bucket"), fields.list("files",
          file -> new ListedFile(file.asObject().text("path"), size(file)))));
      case "conflict" -> new Known(new Conflict(stamp, fields.ulid("foreign"), fields.text("found")));
      case "retired" -> new Known(new Retired(stamp, fields.list("blocks", JsonFields::asUlid)));
      default -> unknown(path, "type", type, closing);
    };
  }

  private static Decoded unknown(Path path, String member, String word, boolean closing) {
    return new TooNew(
        "%s is a record of %s \"%s\", which this build does not know".formatted(path, member, word),
        closing);
  }

  private static Decoded claim(JsonFields fields, Stamp stamp, boolean closing) throws CorruptDataException {
    String word = fields.text("purpose");
    for (Purpose purpose : Purpose.values()) {
      if (purpose.text().equals(word)) {
        return new Known(new Claim(stamp, purpose, closing, fields.ulid("planned")));
      }
    }
    return unknown(fields.file(), "purpose", word, closing);
  }

  private static Decoded commit(JsonFields fields, Stamp stamp, boolean closing) throws CorruptDataException {
    String word = fields.text("kind");
    for (Kind kind : Kind.values()) {
      if (kind.text().equals(word)) {
        return new Known(new Commit(stamp, edition(fields, kind, closing), publication(fields),
            fields.list("replaced", JsonFields::asUlid), span(fields)));
      }
    }
    return unknown(fields.file(), "kind", word, closing);
  }

  private static Edition edition(JsonFields fields, Kind kind, boolean closing) throws CorruptDataException {
    long k = fields.whole("k");
    try {
      return new Edition(kind, Math.toIntExact(k), closing);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw fields.wrong("k", "a number that fits the kind", k + ": " + e.getMessage());
    }
  }

  private static Optional<Publication> publication(JsonFields fields) throws CorruptDataException {
    return fields.has("block")
        ? Optional.of(new Publication(fields.ulid("bucket"), fields.ulid("source"), fields.ulid("block"),
            fields.text("meta"), files(fields)))
        : Optional.empty();
  }

  private static Span span(JsonFields fields) throws CorruptDataException {
    return new Span(positions(fields, "from"), positions(fields, "to"));
  }

  private static CoveredPositions positions(JsonFields fields, String name) throws CorruptDataException {
    if (!fields.has(name)) {
      throw fields.wrong(name, "positions", "nothing");
    }
    return CoveredPositions.of(fields.members(name, (log, place) -> {
      if (!Ulid.isUlid(log)) {
        throw fields.wrong(name, "names of logs", '"' + log + '"');
      }
      return new LogPosition(Ulid.parse(log), notNegative(place.asObject(), "segment"),
          notNegative(place, "offset"));
    }));
  }

  private static List<BlockFile> files(JsonFields fields) throws CorruptDataException {
    return fields.list("files",
        file -> new BlockFile(file.asObject().text("path"), size(file), file.text("sha256")));
  }

  private static long size(JsonFields file) throws CorruptDataException {
    return notNegative(file, "bytes");
  }

  private static long notNegative(JsonFields fields, String name) throws CorruptDataException {
    long number = fields.whole(name);
    if (number < 0) {
      throw fields.wrong(name, "a number of at least 0", Long.toString(number));
    }
    return number;
  }

  private static long nonce(JsonFields fields) throws CorruptDataException {
    String digits = fields.text("nonce");
    try {
      return HexFormat.fromHexDigitsToLong(digits);
    } catch (IllegalArgumentException e) {
      throw fields.wrong("nonce", "at most 16 hex digits", '"' + digits + '"');
    }
  }

  private static void require(JsonFields fields, String name, long expected) throws CorruptDataException {
    long found = fields.whole(name);
    if (found != expected) {
      throw fields.wrong(name, Long.toString(expected), Long.toString(found));
    }
  }
}
