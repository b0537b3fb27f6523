package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Tells which blocks lie in a directory. Thread-safe.
///
/// A block is a directory whose name is a ULID. Everything else is somebody else's and is passed over.
public final class BlockCatalog {
  /// A directory with a block's name.
  public sealed interface Entry {
    /// Name of the block.
    Ulid ulid();

    /// Where it lies.
    Path directory();
  }

  /// A block that says what it is.
  ///
  /// @param ulid      name of the block
  /// @param directory where it lies
  /// @param meta      what it says about itself
  /// @param bytes     size of its files
  public record Readable(Ulid ulid, Path directory, BlockMeta meta, long bytes) implements Entry {}

  /// A directory with a block's name and no readable meta.json.
  ///
  /// @param ulid      name of the block
  /// @param directory where it lies
  /// @param reason    why it cannot be read
  public record Unreadable(Ulid ulid, Path directory, String reason) implements Entry {}

  private final FileSystem files;

  /// A catalog of a volume.
  public BlockCatalog(FileSystem files) {
    this.files = files;
  }

  /// Lists the blocks in a directory, or the one block that the directory is.
  ///
  /// @return readable blocks by range, then by name; unreadable ones behind them
  /// @throws IOException if the directory cannot be listed
  public List<Entry> list(Path directory) throws IOException {
    List<String> names = files.list(directory);
    var readable = new ArrayList<Readable>();
    var unreadable = new ArrayList<Unreadable>();
    if (names.contains(BlockFiles.META) && isBlock(directory)) {
      add(directory, readable, unreadable);
    } else {
      for (String name : names) {
        if (Ulid.isUlid(name)) {
          add(directory.resolve(name), readable, unreadable);
        }
      }
    }
    readable.sort(Comparator.comparingLong((Readable entry) -> entry.meta().minTime())
        .thenComparingLong(entry -> entry.meta().maxTime())
        .thenComparing(Readable::ulid));
    var all = new ArrayList<Entry>(readable);
    all.addAll(unreadable);
    return all;
  }

  private static boolean isBlock(Path directory) {
    Path name = directory.toAbsolutePath().normalize().getFileName();
    return name != null && Ulid.isUlid(name.toString());
  }

  private void add(Path directory, List<Readable> readable, List<Unreadable> unreadable) {
    Path absolute = directory.toAbsolutePath().normalize();
    Ulid ulid = Ulid.parse(String.valueOf(absolute.getFileName()));
    try {
      readable.add(new Readable(ulid, directory, Block.readMeta(files, absolute), bytes(directory)));
    } catch (IOException e) {
      unreadable.add(new Unreadable(ulid, directory, e.getClass().getSimpleName() + ": " + e.getMessage()));
    }
  }

  private long bytes(Path directory) throws IOException {
    long bytes = size(directory.resolve(BlockFiles.META)) + size(directory.resolve(BlockFiles.INDEX));
    for (String name : files.list(directory.resolve(BlockFiles.CHUNKS))) {
      bytes += size(directory.resolve(BlockFiles.CHUNKS).resolve(name));
    }
    return bytes + tombstoneBytes(directory);
  }

  private long tombstoneBytes(Path directory) throws IOException {
    try {
      return size(directory.resolve(BlockFiles.TOMBSTONES));
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private long size(Path path) throws IOException {
    try (ReadFile file = files.open(path)) {
      return file.size();
    }
  }
}
