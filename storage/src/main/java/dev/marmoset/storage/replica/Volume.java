package dev.marmoset.storage.replica;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.log.read.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The volume that holds the data directory, and its identity.
///
/// `<data>/marmoset.json` is `{"format":1,"volume":"<ULID>"}`, made once by whoever comes first and never changed.
///
/// @param data data directory
/// @param id   identity of the volume
public record Volume(Path data, Ulid id) {
  /// Version of the layout below the data directory.
  public static final int FORMAT = 1;

  private static final String IDENTITY_FILE = "marmoset.json";
  private static final Pattern IDENTITY =
      Pattern.compile(
          "\\s*\\{\\s*\"format\"\\s*:\\s*(\\d{1,9})\\s*,\\s*\"volume\"\\s*:\\s*\"([0-9A-Z]{26})\"\\s*}\\s*");
  private static final int MAX_IDENTITY_BYTES = 4096;
  private static final int IDENTITY_ATTEMPTS = 20;

  /// Checks that the volume can do what is needed and reads its identity, which is created on a new volume.
  ///
  /// The check: write, force, link, link again (must be refused), list, read back. Kernel locks and mappings are not
  /// needed.
  ///
  /// @param data        created when it does not exist
  /// @param incarnation this process start; also proposed as identity of a new volume
  /// @throws IOException if the volume cannot be used; the message says for what
  public static Volume open(FileSystem files, Path data, Ulid incarnation) throws IOException {
    Path temporary = LogFiles.temporary(data, incarnation);
    files.createDirectories(temporary);
    Path parent = data.getParent() == null ? data.toAbsolutePath().getParent() : data.getParent();
    if (parent != null) {
      // A new data directory is no more durable than its name.
      files.forceDirectory(parent);
    }
    probe(files, temporary);
    return new Volume(data, identity(files, data, temporary, incarnation));
  }

  private static void probe(FileSystem files, Path directory) throws IOException {
    byte[] content = ("probe of " + directory.getFileName()).getBytes(UTF_8);
    Path written = directory.resolve("probe-written");
    Path linked = directory.resolve("probe-linked");
    try (AppendFile file = files.create(written)) {
      file.writeAll(ByteBuffer.wrap(content));
      file.force();
    }
    files.link(written, linked);
    if (linksTwice(files, written, linked)) {
      throw new IOException("probing " + directory + ": a second link to an existing name was not refused");
    }
    files.forceDirectory(directory);
    if (!files.list(directory).contains(linked.getFileName().toString())) {
      throw new IOException("probing " + directory + ": a linked name is not listed");
    }
    if (!Arrays.equals(readAll(files, linked), content)) {
      throw new IOException("probing " + directory + ": a forced file does not read back as written");
    }
    files.delete(linked);
    files.delete(written);
  }

  private static boolean linksTwice(FileSystem files, Path written, Path linked) throws IOException {
    try {
      files.link(written, linked);
      return true;
    } catch (FileAlreadyExistsException _) {
      return false;
    }
  }

  private static Ulid identity(FileSystem files, Path data, Path temporary, Ulid proposal)
      throws IOException {
    Path target = data.resolve(IDENTITY_FILE);
    byte[] content = ("{\"format\":" + FORMAT + ",\"volume\":\"" + proposal + "\"}\n").getBytes(UTF_8);
    var create = new ExclusiveCreate(files, target, temporary, "volume", content);
    for (int attempt = 0; attempt < IDENTITY_ATTEMPTS; attempt++) {
      try {
        return parse(target, new String(readAll(files, target), UTF_8));
      } catch (NoSuchFileException _) {
        if (create.attempt() == ExclusiveCreate.Result.UNKNOWN) {
          throw new IOException("creating " + target + ": " + create.lastError().getMessage(),
              create.lastError());
        }
      }
    }
    throw new IOException(
        "creating " + target + ": it was won by somebody " + IDENTITY_ATTEMPTS + " times and is not there");
  }

  private static Ulid parse(Path path, String text) throws IOException {
    Matcher matcher = IDENTITY.matcher(text);
    if (!matcher.matches() || !Ulid.isUlid(matcher.group(2))) {
      throw new IOException(
          "reading " + path + ": \"" + text.strip() + "\" is not of the form {\"format\":" + FORMAT
              + ",\"volume\":\"<ULID>\"}");
    }
    int format = Integer.parseInt(matcher.group(1));
    if (format != FORMAT) {
      throw new UnsupportedFormatException(path, "volume layout", format, FORMAT, FORMAT);
    }
    return Ulid.parse(matcher.group(2));
  }

  private static byte[] readAll(FileSystem files, Path path) throws IOException {
    try (ReadFile file = files.open(path)) {
      byte[] content = new byte[(int) Math.min(file.size(), MAX_IDENTITY_BYTES)];
      return Arrays.copyOf(content, file.readUpTo(0, content, 0, content.length));
    }
  }
}
