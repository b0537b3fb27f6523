package dev.marmoset.storage.objstore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/// What a put stores. Read by one thread at a time.
public interface ObjectContent {
  /// Its size, known before.
  long bytes();

  /// Opens a piece. A piece may be opened again before the next one is.
  ///
  /// @param offset of its first byte
  /// @param length of the piece, bytes
  InputStream open(long offset, long length) throws IOException;

  /// Bytes in memory; not copied.
  static ObjectContent of(byte[] bytes) {
    return new ObjectContent() {
      @Override
      public long bytes() {
        return bytes.length;
      }

      @Override
      public InputStream open(long offset, long length) {
        return new ByteArrayInputStream(bytes, Math.toIntExact(offset), Math.toIntExact(length));
      }
    };
  }
}
