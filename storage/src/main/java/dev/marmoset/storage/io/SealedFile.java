package dev.marmoset.storage.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// A file that nobody changes any more, read at any place. Thread-safe, as far as closing is not concerned: nobody may
/// be inside a read then.
public final class SealedFile implements Closeable {
  private final Path path;
  private final ReadFile file;
  private final long size;

  /// Takes over an open file.
  ///
  /// @param path names the file in errors
  SealedFile(Path path, ReadFile file, long size) {
    this.path = path;
    this.file = file;
    this.size = size;
  }

  /// Names the file in errors.
  public Path path() {
    return path;
  }

  /// Length in bytes when it was opened.
  public long size() {
    return size;
  }

  /// Reads exactly `length` bytes from `offset` of the file into `target`.
  ///
  /// @param what what is being read, for errors
  /// @throws CorruptDataException if the file ends before
  /// @throws IOException if the volume does not give the bytes
  public void read(long offset, byte[] target, int targetOffset, int length, String what) throws IOException {
    require(offset, length, what);
    int n = file.readUpTo(offset, target, targetOffset, length);
    if (n < length) {
      throw new CorruptDataException(path, offset, what, length + " bytes",
          n + " bytes, the file was cut after it was opened");
    }
  }

  /// Reads up to `length` bytes and answers how many there are before the end of the file.
  public int readUpTo(long offset, byte[] target, int targetOffset, int length) throws IOException {
    return offset < 0 || offset >= size ? 0
        : file.readUpTo(offset, target, targetOffset, (int) Math.min(length, size - offset));
  }

  /// Checks that `length` bytes from `offset` on lie inside the file.
  ///
  /// @throws CorruptDataException if they do not
  public void require(long offset, long length, String what) throws CorruptDataException {
    if (offset < 0 || length < 0 || length > size - offset) {
      throw new CorruptDataException(path, offset, what, length + " bytes", "a file of " + size + " bytes");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
