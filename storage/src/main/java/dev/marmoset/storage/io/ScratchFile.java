package dev.marmoset.storage.io;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An append-only file of rebuildable data on the node-local scratch disk.
///
/// Appending never fails: bytes collect in a buffer that is written out when it holds [#FLUSH_BYTES]; when the disk
/// does not take them the buffer goes on growing, [#fault] says why, and the next append tries again. Its owner stops
/// taking new data meanwhile. The file is created at the first write-out, so that a small store does no I/O here.
/// Never fsynced, deleted on close. Thread-safe.
public final class ScratchFile implements AutoCloseable {
  /// Buffered bytes that trigger a write: large enough to make the system call cheap, small enough to have one buffer
  /// per window.
  public static final int FLUSH_BYTES = 64 * 1024;

  private final Path path;
  private @Nullable FileChannel channel;
  private byte[] buffer = new byte[1024];
  private int buffered;
  private long flushed;
  /// What has been mapped of the file's beginning; empty while nothing is.
  private MemorySegment mapped = MemorySegment.NULL;
  private @Nullable Arena mapping;
  private @Nullable String fault;
  private boolean closed;

  /// A file that will lie at `path`; whatever lies there is replaced.
  public ScratchFile(Path path) {
    this.path = path;
  }

  /// Appends bytes and answers the offset of the first.
  public synchronized long append(byte[] source, int offset, int length) {
    long position = flushed + buffered;
    if (buffered + length > buffer.length) {
      buffer =
          Arrays.copyOf(buffer, Math.max(buffered + length, Math.min(buffer.length * 4, 2 * FLUSH_BYTES)));
    }
    System.arraycopy(source, offset, buffer, buffered, length);
    buffered += length;
    if (buffered >= FLUSH_BYTES) {
      flush();
    }
    return position;
  }

  /// Reads exactly `length` bytes that were appended at `position`.
  ///
  /// @throws IOException if the disk does not give them, or the file is closed
  public synchronized void read(long position, byte[] target, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("reading scratch file " + path + " at offset " + position + ": it is closed");
    }
    int fromFile = Math.clamp(flushed - position, 0, length);
    if (position + fromFile <= mapped.byteSize()) {
      MemorySegment.copy(mapped, ValueLayout.JAVA_BYTE, position, target, offset, fromFile);
    } else if (fromFile > 0) {
      readChannel(position, ByteBuffer.wrap(target, offset, fromFile));
    }
    if (fromFile < length) {
      int at = (int) (position + fromFile - flushed);
      if (at + length - fromFile > buffered) {
        throw new EOFException("reading " + length + " B of scratch file " + path + " at offset " + position
            + ": it ends at " + (flushed + buffered));
      }
      System.arraycopy(buffer, at, target, offset + fromFile, length - fromFile);
    }
  }

  /// Reads up to `length` bytes that were appended at `position`; answers how many there are.
  ///
  /// @throws IOException if the disk does not give them, or the file is closed
  public synchronized int readUpTo(long position, byte[] target, int offset, int length) throws IOException {
    int available = Math.clamp(flushed + buffered - position, 0, length);
    read(position, target, offset, available);
    return available;
  }

  /// Maps what has been written out, before very many small reads: each then costs no system call. Scratch lies on a local
  /// disk and nobody shortens the file, so a mapping is safe here. Undone by [#close].
  ///
  /// @throws IOException if the system does not map the file
  public synchronized void map() throws IOException {
    if (channel != null && mapping == null && !closed) {
      mapping = Arena.ofShared();
      mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, flushed, mapping);
    }
  }

  /// Bytes appended so far.
  public synchronized long size() {
    return flushed + buffered;
  }

  /// Bytes of memory that the buffer takes.
  public synchronized long memoryBytes() {
    return buffer.length;
  }

  /// Why the last write-out did not happen; `null` when all is well.
  public synchronized @Nullable String fault() {
    return fault;
  }

  /// Closes and deletes the file.
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    mapped = MemorySegment.NULL;
    if (mapping != null) {
      mapping.close();
    }
    if (channel != null) {
      channel.close();
    }
    Files.deleteIfExists(path);
  }

  private void flush() {
    try {
      if (channel == null) {
        channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ, StandardOpenOption.WRITE);
      }
      var bytes = ByteBuffer.wrap(buffer, 0, buffered);
      while (bytes.hasRemaining()) {
        channel.write(bytes, flushed + bytes.position());
      }
      flushed += buffered;
      buffered = 0;
      fault = null;
    } catch (IOException e) {
      fault = "writing " + buffered + " B to scratch file " + path + ": " + e.getMessage();
    }
  }

  private void readChannel(long position, ByteBuffer target) throws IOException {
    FileChannel open = channel;
    long at = position;
    while (target.hasRemaining()) {
      int n = open == null ? -1 : open.read(target, at);
      if (n < 0) {
        throw new EOFException(
            "reading scratch file " + path + " at offset " + at + ": it ends before " + flushed);
      }
      at += n;
    }
  }
}
