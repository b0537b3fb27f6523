package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// This process' own directory on the scratch disk: `<scratch>/<incarnation>`, deleted on close.
///
/// A kernel lock on a file in it, which scratch disks support because they are local, tells later processes whether it
/// is in use; those left by processes that died are deleted at the next start.
public final class ScratchDirectory implements AutoCloseable {
  private static final String LOCK = "lock";

  private final Path path;
  private final FileChannel lockFile;

  private ScratchDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /// Creates the directory and deletes what dead processes left beside it.
  ///
  /// @param scratch created when it does not exist
  /// @throws IOException if the directory cannot be made or locked
  public static ScratchDirectory open(Path scratch, Ulid incarnation) throws IOException {
    Path own = Files.createDirectories(scratch.resolve(incarnation.toString()));
    FileChannel lockFile =
        FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (lockFile.tryLock() == null) {
        throw new IOException("locking " + own.resolve(LOCK) + ": another process holds it");
      }
      deleteAbandoned(scratch, own);
    } catch (IOException e) {
      lockFile.close();
      throw e;
    }
    return new ScratchDirectory(own, lockFile);
  }

  /// The directory.
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
    delete(path);
  }

  private static void deleteAbandoned(Path scratch, Path own) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(scratch)) {
      for (Path entry : entries) {
        if (!entry.equals(own) && Ulid.isUlid(entry.getFileName().toString()) && isAbandoned(entry)) {
          delete(entry);
        }
      }
    }
  }

  private static boolean isAbandoned(Path directory) throws IOException {
    Path lock = directory.resolve(LOCK);
    if (!Files.exists(lock)) {
      return false;
    }
    try (FileChannel file = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = file.tryLock()) {
      return held != null;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(directory)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
