package dev.marmoset.storage.io;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LocalFileSystemTest extends FileSystemContract {
  @TempDir
  Path directory;

  @Override
  FileSystem files() {
    return new LocalFileSystem();
  }

  @Override
  Path directory() {
    return directory;
  }
}
