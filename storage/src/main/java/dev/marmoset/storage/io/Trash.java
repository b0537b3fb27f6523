package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where things go that nobody needs any more, before their bytes go. Confined to one thread.
///
/// What is moved here is deleted when this process has seen it here for a while by its own monotonic clock, so that
/// another process that has just begun to read it can end, whatever the clocks of both say. Nothing is forced: a rename
/// or a deletion that a power loss takes back is simply done again. Several processes may do all of it at once.
public final class Trash {
  /// Directory below the data directory.
  public static final String TRASH = "trash";

  private final FileSystem files;
  private final Clock clock;
  private final Path directory;
  private final long graceNanos;
  private final Map<String, Long> firstSeen = new HashMap<>();

  /// The trash of a data directory.
  ///
  /// @param grace how long something lies here before it is deleted
  public Trash(FileSystem files, Clock clock, Path data, Duration grace) {
    this.files = files;
    this.clock = clock;
    this.directory = data.resolve(TRASH);
    this.graceNanos = grace.toNanos();
  }

  /// Moves a file or directory here.
  ///
  /// @param name what it is called here; unlike anything else that is ever moved here
  /// @return false when it is gone already
  public boolean move(Path path, String name) throws IOException {
    files.createDirectories(directory);
    try {
      files.rename(path, directory.resolve(name));
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /// Deletes what has lain here long enough; to be called now and then.
  ///
  /// @return how many things were deleted
  /// @throws IOException if something cannot be deleted; the rest is deleted all the same
  public int step() throws IOException {
    List<String> names = names(directory);
    firstSeen.keySet().retainAll(names);
    int deleted = 0;
    IOException first = null;
    for (String name : names) {
      if (clock.nanos() - firstSeen.computeIfAbsent(name, _ -> clock.nanos()) < graceNanos) {
        continue;
      }
      try {
        delete(directory.resolve(name));
        deleted++;
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
    return deleted;
  }

  /// Ascending by name, so that the seal of a log goes last: until then nobody takes what is left for a log that goes on.
  private void delete(Path path) throws IOException {
    for (String name : names(path)) {
      delete(path.resolve(name));
    }
    try {
      files.delete(path);
    } catch (NoSuchFileException _) {
      // Somebody else was faster.
    }
  }

  /// What is in a directory; nothing in a file and in what is gone.
  private List<String> names(Path path) throws IOException {
    try {
      return files.list(path);
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    }
  }
}
