package dev.marmoset.storage.block;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.Ulid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Copies a block that was built on scratch to the volume, which is another file system: no rename leads there.
///
/// Every file is forced, meta.json last; then the directories; then the rename makes the block visible.
public final class BlockCopy {
  /// Bytes moved at once: metered file systems count operations of up to 1 MiB.
  private static final int BUFFER_BYTES = 1 << 20;

  private final FileSystem source;
  private final FileSystem target;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

  /// A way from one file system to another. Confined to one thread.
  public BlockCopy(FileSystem source, FileSystem target) {
    this.source = source;
    this.target = target;
  }

  /// Copies a block.
  ///
  /// @param directory of the complete block; its name is the block's ULID
  /// @param temporary directory on the target's file system that holds the copy until it is complete, exists
  /// @param blocks    directory that receives the block, exists
  /// @throws IOException if a file cannot be read or written; what was copied is removed then
  public void copy(Path directory, Path temporary, Path blocks) throws IOException {
    Ulid ulid = Ulid.parse(String.valueOf(directory.getFileName()));
    Path copy = BlockFiles.creationDirectory(temporary, ulid);
    try {
      target.createDirectories(copy.resolve(BlockFiles.CHUNKS));
      for (String name : source.list(directory.resolve(BlockFiles.CHUNKS))) {
        copyFile(directory.resolve(BlockFiles.CHUNKS).resolve(name),
            copy.resolve(BlockFiles.CHUNKS).resolve(name));
      }
      target.forceDirectory(copy.resolve(BlockFiles.CHUNKS));
      copyFile(directory.resolve(BlockFiles.INDEX), copy.resolve(BlockFiles.INDEX));
      copyFile(directory.resolve(BlockFiles.META), copy.resolve(BlockFiles.META));
      target.forceDirectory(copy);
      target.rename(copy, BlockFiles.directory(blocks, ulid));
    } catch (IOException e) {
      removeAfter(e, copy);
      throw e;
    }
    target.forceDirectory(blocks);
  }

  private void removeAfter(IOException e, Path copy) {
    try {
      BlockDirectories.delete(target, copy);
    } catch (IOException second) {
      e.addSuppressed(second);
    }
  }

  private void copyFile(Path from, Path to) throws IOException {
    try (SealedFile read = SealedFiles.direct(source).open(from); AppendFile written = target.create(to)) {
      long at = 0;
      int n;
      while ((n = read.readUpTo(at, buffer.array(), 0, BUFFER_BYTES)) > 0) {
        written.writeAll(buffer.clear().limit(n));
        at += n;
      }
      written.force();
    }
  }
}
