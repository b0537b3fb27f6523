package dev.marmoset.storage.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file mapped into memory as a whole, read-only, whatever its length. The channel is closed right after mapping, so
/// that an interrupted thread can close nothing under the others.
final class MappedReadFile implements ReadFile {
  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;

  private MappedReadFile(Path path, Arena arena, MemorySegment bytes) {
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
  }

  static SealedFile open(Path path) throws IOException {
    Arena arena = Arena.ofShared();
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      return new SealedFile(path, new MappedReadFile(path, arena, bytes), size);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public int read(long offset, byte[] target, int targetOffset, int length) throws IOException {
    if (offset >= bytes.byteSize()) {
      return -1;
    }
    int n = (int) Math.min(length, bytes.byteSize() - offset);
    try {
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, target, targetOffset, n);
    } catch (InternalError e) {
      // The JVM's answer to SIGBUS: the file was cut, or the disk does not give the page.
      throw new IOException("reading " + n + " bytes of mapped file " + path + " at offset " + offset
          + ": the page cannot be read", e);
    }
    return n;
  }

  @Override
  public long size() {
    return bytes.byteSize();
  }

  @Override
  public void close() {
    arena.close();
  }
}
