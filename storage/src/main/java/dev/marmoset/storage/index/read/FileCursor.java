package dev.marmoset.storage.index.read;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.SealedFile;
import java.io.IOException;
import java.util.zip.CRC32C;

/// Walks forward through a range of untrusted bytes of a sealed file. Confined to one thread; reusable through [#move].
///
/// Nothing outside the range is read; what does not fit is a [CorruptDataException]. Fixed integers are big-endian.
final class FileCursor {
  private final SealedFile file;
  private final byte[] buffer;
  private final CRC32C crc = new CRC32C();
  private String what = "";
  /// Offset in the file of the first byte of the buffer.
  private long base;
  private long end;
  private int at;
  private int filled;

  /// A cursor over nothing.
  ///
  /// @param bufferBytes bytes fetched at once
  FileCursor(SealedFile file, int bufferBytes) {
    this.file = file;
    this.buffer = new byte[bufferBytes];
  }

  /// Goes to another range.
  ///
  /// @param what what lies there, for errors
  FileCursor move(long from, long to, String what) throws CorruptDataException {
    file.require(from, to - from, what);
    this.what = what;
    base = from;
    end = to;
    at = 0;
    filled = 0;
    return this;
  }

  /// Offset in the file of the next byte.
  long position() {
    return base + at;
  }

  /// Bytes left in the range.
  long remaining() {
    return end - position();
  }

  int u8() throws IOException {
    if (at == filled) {
      fill(1);
    }
    return buffer[at++] & 0xFF;
  }

  int u32() throws IOException {
    if (filled - at < Integer.BYTES) {
      fill(Integer.BYTES);
    }
    int value = (buffer[at] & 0xFF) << 24 | (buffer[at + 1] & 0xFF) << 16 | (buffer[at + 2] & 0xFF) << 8
        | buffer[at + 3] & 0xFF;
    at += Integer.BYTES;
    return value;
  }

  long u64() throws IOException {
    long high = u32();
    return high << Integer.SIZE | Integer.toUnsignedLong(u32());
  }

  long uvarint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = u8();
      value |= (b & 0x7FL) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw corrupt("a number of at most 10 bytes", "a longer one");
  }

  /// A length that fits into what is left of the range.
  int length() throws IOException {
    long length = uvarint();
    if (length < 0 || length > remaining() || length > Integer.MAX_VALUE) {
      throw corrupt("a length within the " + remaining() + " bytes that are left",
          Long.toUnsignedString(length));
    }
    return (int) length;
  }

  /// Bytes with their length in front, copied.
  byte[] sizedBytes() throws IOException {
    byte[] copy = new byte[length()];
    int done = 0;
    while (done < copy.length) {
      if (at == filled) {
        fill(1);
      }
      int n = Math.min(copy.length - done, filled - at);
      System.arraycopy(buffer, at, copy, done, n);
      at += n;
      done += n;
    }
    return copy;
  }

  /// Passes over bytes with their length in front.
  void skipSized() throws IOException {
    skip(length());
  }

  private void skip(long bytes) {
    long target = position() + bytes;
    if (target <= base + filled) {
      at = (int) (target - base);
    } else {
      base = target;
      at = 0;
      filled = 0;
    }
  }

  /// Passes over `bytes` bytes and the checksum behind them, and compares.
  void skipChecked(long bytes) throws IOException {
    long start = position();
    crc.reset();
    long left = bytes;
    while (left > 0) {
      if (at == filled) {
        fill(1);
      }
      int n = (int) Math.min(left, filled - at);
      crc.update(buffer, at, n);
      at += n;
      left -= n;
    }
    int expected = u32();
    if (expected != (int) crc.getValue()) {
      throw new CorruptDataException(file.path(), start, "checksum of " + what, hex(expected),
          hex((int) crc.getValue()));
    }
  }

  CorruptDataException corrupt(String expected, String got) {
    return new CorruptDataException(file.path(), position(), what, expected, got);
  }

  static String hex(int crc) {
    return "%08x".formatted(crc);
  }

  /// Makes at least `bytes` of the range available.
  private void fill(int bytes) throws IOException {
    if (remaining() < bytes) {
      throw corrupt("more", "its end");
    }
    int kept = filled - at;
    System.arraycopy(buffer, at, buffer, 0, kept);
    base += at;
    at = 0;
    int more = (int) Math.min(buffer.length - kept, end - base - kept);
    file.read(base + kept, buffer, kept, more, what);
    filled = kept + more;
  }
}
