package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.file.Path;

/// How sealed files are read: mapped on a local disk, through a cache on a network file system. Thread-safe.
public interface SealedFiles {
  /// Opens a file that nobody changes any more.
  SealedFile open(Path path) throws IOException;

  /// Maps every file into memory: for local disks. On a network file system a mapped page that cannot be fetched would
  /// hang or break the process.
  static SealedFiles mapped() {
    return MappedReadFile::open;
  }

  /// Reads at every access: for tests and for tools that pass over a file once.
  static SealedFiles direct(FileSystem files) {
    return path -> opened(path, files.open(path));
  }

  /// Reads pages and keeps the latest used ones of all files: for network file systems.
  static SealedFiles cached(FileSystem files, PageCache cache) {
    return path -> opened(path, cache.cached(files.open(path)));
  }

  private static SealedFile opened(Path path, ReadFile file) throws IOException {
    try {
      return new SealedFile(path, file, file.size());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}
