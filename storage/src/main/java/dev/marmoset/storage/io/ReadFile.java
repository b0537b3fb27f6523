package dev.marmoset.storage.io;

import java.io.Closeable;
import java.io.IOException;

/// A file opened for positional reads. Thread-safe.
public interface ReadFile extends Closeable {
  /// Reads up to `length` bytes from `offset` of the file into `target`.
  ///
  /// @return bytes read, possibly fewer than asked for; −1 when `offset` is at or behind the end
  int read(long offset, byte[] target, int targetOffset, int length) throws IOException;

  /// Reads `length` bytes, or as many as there are before the end of the file, and returns how many.
  default int readUpTo(long offset, byte[] target, int targetOffset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int n = read(offset + done, target, targetOffset + done, length - done);
      if (n < 0) {
        break;
      }
      done += n;
    }
    return done;
  }

  /// Length of the file in bytes, now.
  long size() throws IOException;
}
