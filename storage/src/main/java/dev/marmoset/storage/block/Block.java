package dev.marmoset.storage.block;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.index.read.IndexReader;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.TimeRange;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An open block. Thread-safe.
///
/// Closing lets readers that are under way finish: the files are closed when the last [Querier] is.
public final class Block implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Block.class);
  /// Largest meta.json that is read; a merged block of thousands of sources stays below.
  private static final int MAX_META_BYTES = 16 << 20;

  private final Path directory;
  private final BlockMeta meta;
  private final IndexReader index;
  private final ChunkReader chunks;
  private final Tombstones tombstones;
  private final Object lock = new Object();
  /// Queriers, and 1 for the block itself until it is closed.
  @GuardedBy("lock")
  private int holders = 1;
  @GuardedBy("lock")
  private boolean closed;

  private Block(Path directory, BlockMeta meta, IndexReader index, ChunkReader chunks,
      Tombstones tombstones) {
    this.directory = directory;
    this.meta = meta;
    this.index = index;
    this.chunks = chunks;
    this.tombstones = tombstones;
  }

  /// Opens a block and checks what can be checked without reading series and chunks.
  ///
  /// @param directory of the block; its name is the block's ULID
  /// @param access    how the files are read
  /// @throws CorruptDataException if a file contradicts its format, or meta.json belongs to another block
  public static Block open(FileSystem files, SealedFiles access, Path directory) throws IOException {
    BlockMeta meta = readMeta(files, directory);
    Tombstones tombstones =
        Tombstones.read(SealedFiles.direct(files), directory.resolve(BlockFiles.TOMBSTONES));
    IndexReader index = IndexReader.open(access.open(directory.resolve(BlockFiles.INDEX)));
    try {
      return new Block(directory, meta, index,
          ChunkReader.open(files, access, directory.resolve(BlockFiles.CHUNKS)), tombstones);
    } catch (IOException | RuntimeException e) {
      index.close();
      throw e;
    }
  }

  /// Reads what a block says about itself.
  ///
  /// @throws CorruptDataException if meta.json contradicts its format or belongs to another block
  public static BlockMeta readMeta(FileSystem files, Path directory) throws IOException {
    Path path = directory.resolve(BlockFiles.META);
    try (SealedFile file = SealedFiles.direct(files).open(path)) {
      if (file.size() > MAX_META_BYTES) {
        throw new CorruptDataException(path, 0, "reading meta.json", "at most " + MAX_META_BYTES + " bytes",
            file.size() + " bytes");
      }
      byte[] bytes = new byte[(int) file.size()];
      file.read(0, bytes, 0, bytes.length, "meta.json");
      BlockMeta meta = BlockMetaFormat.decode(path, bytes);
      if (!directory.endsWith(meta.ulid().toString())) {
        throw new CorruptDataException(path, 0, "reading \"ulid\"", "the name of directory " + directory,
            meta.ulid().toString());
      }
      return meta;
    }
  }

  /// Where the block lies.
  public Path directory() {
    return directory;
  }

  /// What the block says about itself.
  public BlockMeta meta() {
    return meta;
  }

  /// Opens a querier for an inclusive range; empty when the block has been closed. The caller must close it.
  public Optional<Querier> querier(TimeRange range) {
    synchronized (lock) {
      if (closed) {
        return Optional.empty();
      }
      holders++;
    }
    return Optional.of(new BlockQuerier(this, range));
  }

  /// Refuses new readers and closes the files when the last reader is done. Idempotent.
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
    }
    release();
  }

  /// One holder less.
  void release() {
    synchronized (lock) {
      if (--holders > 0) {
        return;
      }
    }
    try {
      Closing.all(List.of(index, chunks));
    } catch (IOException e) {
      // Nothing was written through these files, so nothing is lost.
      LOG.warn("closing block {}", directory, e);
    }
  }

  IndexReader index() {
    return index;
  }

  ChunkReader chunks() {
    return chunks;
  }

  Tombstones tombstones() {
    return tombstones;
  }
}
