package dev.marmoset.storage.io;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The Castagnoli checksum of parts that lie in several places. Not thread-safe; reusable through [#reset].
public final class Crc32c {
  private final CRC32C crc = new CRC32C();

  /// Forgets everything added.
  public Crc32c reset() {
    crc.reset();
    return this;
  }

  /// Adds a number as 8 little-endian bytes.
  public Crc32c u64(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      crc.update((int) (value >>> shift) & 0xFF);
    }
    return this;
  }

  /// Adds `length` bytes of `source` from `offset` on.
  public Crc32c bytes(byte[] source, int offset, int length) {
    crc.update(source, offset, length);
    return this;
  }

  /// Adds what remains in `source` and moves its position to its limit.
  public Crc32c bytes(ByteBuffer source) {
    crc.update(source);
    return this;
  }

  /// The checksum of everything added.
  public int value() {
    return (int) crc.getValue();
  }
}
