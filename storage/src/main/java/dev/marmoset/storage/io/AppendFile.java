package dev.marmoset.storage.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file that is only ever appended to, by one thread at a time.
///
/// After any exception the content behind the last [#force] is unknown: an error may be reported once and then hidden
/// (measured: after ENOSPC on a write the next force and close said OK), so callers must never try again on the same
/// file.
public interface AppendFile extends Closeable {
  /// Appends some bytes of `source` and moves its position; possibly fewer than remain.
  ///
  /// @return bytes appended, at least 0
  int write(ByteBuffer source) throws IOException;

  /// Appends all that remains in `source`.
  default void writeAll(ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      int remaining = source.remaining();
      if (write(source) <= 0) {
        throw new IOException("append of " + remaining + " bytes made no progress");
      }
    }
  }

  /// Makes everything appended so far survive a power loss.
  void force() throws IOException;

  /// Length of the file in bytes, unforced ones included.
  long size();
}
