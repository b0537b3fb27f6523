package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The operations storage needs from a volume, no more. Thread-safe.
///
/// A seam: [LocalFileSystem] is the real one; the one of the tests keeps everything in memory, loses unforced bytes at
/// a crash and fails at any operation. Both pass the same contract test. Names that do not exist answer with
/// [java.nio.file.NoSuchFileException], names that must not exist with [java.nio.file.FileAlreadyExistsException],
/// everything else that goes wrong with any other [IOException].
public interface FileSystem {
  /// Creates a file that did not exist and opens it for appending. The name is durable after [#forceDirectory].
  AppendFile create(Path file) throws IOException;

  /// Opens an existing file for appending at its end.
  AppendFile append(Path file) throws IOException;

  /// Opens a file for reading, with a fresh look at its length and bytes.
  ReadFile open(Path file) throws IOException;

  /// Names in a directory, in ascending order, neither `.` nor `..`.
  List<String> list(Path directory) throws IOException;

  /// Creates a directory and its missing parents; nothing happens when it exists.
  void createDirectories(Path directory) throws IOException;

  /// Gives an existing file a second name that must not exist yet (link(2)).
  void link(Path existing, Path added) throws IOException;

  /// Renames a file or directory; an existing file of the new name is replaced.
  void rename(Path from, Path to) throws IOException;

  /// Removes a file or an empty directory.
  void delete(Path path) throws IOException;

  /// Makes the bytes of an existing file survive a power loss, whoever has written them. Opens it for reading only.
  void force(Path file) throws IOException;

  /// Makes the names in a directory survive a power loss.
  void forceDirectory(Path directory) throws IOException;

  /// Space of the volume that holds `path`.
  DiskSpace space(Path path) throws IOException;
}
