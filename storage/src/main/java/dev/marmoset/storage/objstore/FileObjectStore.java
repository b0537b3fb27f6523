package dev.marmoset.storage.objstore;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.objstore.ObjectQuery.Depth;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/// A directory as a bucket, laid out as Thanos' type FILESYSTEM does: a key is a path below it.
///
/// A put writes a temporary file, forces it and links or renames it to its name: complete when visible, and link(2)
/// decides who was first. For tests and single machines; a listing walks the whole tree below its prefix.
final class FileObjectStore implements ObjectStore {
  /// Thanos looks at top-level names that are ULIDs only, so nobody takes these for blocks.
  private static final String TEMPORARY = "marmoset/tmp";
  private static final long DIRECTORY = -1;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final FileSystem files;
  private final Path directory;
  private final int pageEntries;

  /// @param directory made when something is put
  FileObjectStore(Path directory) {
    this(new LocalFileSystem(), directory, PAGE);
  }

  /// @param pageEntries most entries of a page of a listing
  FileObjectStore(FileSystem files, Path directory, int pageEntries) {
    this.files = files;
    this.pageEntries = pageEntries;
    this.directory = directory.toAbsolutePath().normalize();
  }

  @Override
  public String name() {
    return "directory " + directory;
  }

  @Override
  public Optional<InputStream> read(String key) throws ObjectStoreException {
    try {
      Path path = path(key);
      return Files.isDirectory(path) ? Optional.empty() : Optional.of(Files.newInputStream(path));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw broken("get", key, e);
    }
  }

  @Override
  public OptionalLong size(String key) throws ObjectStoreException {
    try {
      Path path = path(key);
      return Files.isDirectory(path) ? OptionalLong.empty() : OptionalLong.of(Files.size(path));
    } catch (NoSuchFileException _) {
      return OptionalLong.empty();
    } catch (IOException e) {
      throw broken("head", key, e);
    }
  }

  @Override
  public ObjectPage list(ObjectQuery query) throws ObjectStoreException {
    // Bytes of directories are told by −1; both kinds share one order.
    var found = new TreeMap<String, Long>();
    try {
      collect(query.prefix().substring(0, query.prefix().lastIndexOf('/') + 1), query, found);
    } catch (IOException e) {
      throw broken("list", query.prefix(), e);
    }
    var objects = new ArrayList<ObjectInfo>();
    var prefixes = new ArrayList<String>();
    String last = "";
    for (var entry : found.entrySet()) {
      if (objects.size() + prefixes.size() == pageEntries) {
        return new ObjectPage(objects, prefixes, Optional.of(query.from(last)));
      }
      last = entry.getKey();
      if (entry.getValue() == DIRECTORY) {
        prefixes.add(last);
      } else {
        objects.add(new ObjectInfo(last, entry.getValue()));
      }
    }
    return new ObjectPage(objects, prefixes, Optional.empty());
  }

  private static boolean wants(ObjectQuery query, String key) {
    return key.startsWith(query.prefix()) && key.compareTo(query.after()) > 0
        && key.compareTo(query.token()) > 0;
  }

  /// Collects what lies in a directory of the bucket; deeper ones where it must.
  ///
  /// @param base key of the directory, with a separator behind it unless it is the bucket itself
  private void collect(String base, ObjectQuery query, TreeMap<String, Long> found) throws IOException {
    for (String name : names(base)) {
      String key = base + name;
      if (!Files.isDirectory(path(key))) {
        if (wants(query, key)) {
          found.put(key, Files.size(path(key)));
        }
      } else if (query.depth() == Depth.ONE_LEVEL) {
        // As in S3, a directory without objects is none.
        if (wants(query, key + SEPARATOR) && holdsObject(key)) {
          found.put(key + SEPARATOR, DIRECTORY);
        }
      } else if ((key + SEPARATOR).startsWith(query.prefix())
          || query.prefix().startsWith(key + SEPARATOR)) {
        collect(key + SEPARATOR, query, found);
      }
    }
  }

  private List<String> names(String base) throws IOException {
    try {
      return files.list(base.isEmpty() ? directory : path(base.substring(0, base.length() - 1)));
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (NotDirectoryException e) {
      if (base.isEmpty()) {
        throw e;
      }
      // The prefix leads through an object.
      return List.of();
    }
  }

  private boolean holdsObject(String key) throws IOException {
    try (var tree = Files.walk(path(key))) {
      return tree.anyMatch(Files::isRegularFile);
    }
  }

  @Override
  public PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate gate)
      throws IOException {
    Path target = path(key);
    Path parent = Objects.requireNonNull(target.getParent(), "parent of a key");
    Path temporary = path(TEMPORARY).resolve(UUID.randomUUID().toString());
    try (InputStream in = content.open(0, content.bytes())) {
      make(parent, temporary, key);
      try (AppendFile out = files.create(temporary)) {
        copy(in, out);
        out.force();
      }
      return publish(temporary, target, condition);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private void make(Path parent, Path temporary, String key) throws ObjectStoreException {
    try {
      files.createDirectories(parent);
      files.createDirectories(Objects.requireNonNull(temporary.getParent(), "directory of temporary files"));
    } catch (IOException e) {
      throw broken("put", key, e);
    }
  }

  private static void copy(InputStream in, AppendFile out) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.writeAll(ByteBuffer.wrap(buffer, 0, n));
    }
  }

  private PutOutcome publish(Path temporary, Path target, Condition condition) throws IOException {
    try {
      switch (condition) {
        case NONE -> files.rename(temporary, target);
        case ABSENT -> files.link(temporary, target);
      }
    } catch (FileAlreadyExistsException _) {
      return PutOutcome.EXISTS;
    }
    files.forceDirectory(Objects.requireNonNull(target.getParent(), "parent of a key"));
    return PutOutcome.STORED;
  }

  @Override
  public void delete(String key) throws ObjectStoreException {
    try {
      Path path = path(key);
      if (Files.isDirectory(path)) {
        return;
      }
      Files.deleteIfExists(path);
      // Empty directories are no objects, but `ls` shows them.
      for (Path at = path.getParent(); at != null && !at.equals(directory); at = at.getParent()) {
        Files.deleteIfExists(at);
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException _) {
      // The usual end of the way up.
    } catch (IOException e) {
      throw broken("delete", key, e);
    }
  }

  @Override
  public void close() {
    // Holds nothing open.
  }

  /// @throws IOException if the key would lead out of the bucket
  private Path path(String key) throws IOException {
    Path path = directory.resolve(key).normalize();
    if (key.isEmpty() || !path.startsWith(directory) || path.equals(directory)) {
      throw new IOException("\"" + key + "\" is no key of " + directory);
    }
    return path;
  }

  private static ObjectStoreException broken(String operation, String key, IOException e) {
    return new ObjectStoreException(operation, key, 0, String.valueOf(e), e);
  }
}
