package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads fields from untrusted bytes. Not thread-safe; reusable through [#reset].
///
/// No read leaves the given range. The first field that does not fit, or that the caller declares wrong by [#fail],
/// latches an error: from then on every read answers 0 and nothing remains, so that a decoder reads many fields and
/// checks [#ok] once. Fixed integers are little-endian, `uvarint` is LEB128 of at most 10 bytes, `zigzag` is a
/// zig-zag uvarint.
public final class ByteReader {
  private static final VarHandle U32 = MethodHandles.byteArrayViewVarHandle(int[].class,
      ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U64 = MethodHandles.byteArrayViewVarHandle(long[].class,
      ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes;
  private int at;
  private int end;
  private @Nullable String error;

  /// A reader over `length` bytes of `bytes` from `offset` on; they are not copied.
  public ByteReader(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    reset(bytes, offset, length);
  }

  /// Turns to another range and forgets the error.
  public void reset(byte[] newBytes, int offset, int length) {
    if (offset < 0 || length < 0 || length > newBytes.length - offset) {
      throw new IllegalArgumentException(
          "range of " + length + " bytes at " + offset + " in an array of " + newBytes.length);
    }
    bytes = newBytes;
    at = offset;
    end = offset + length;
    error = null;
  }

  /// The array that is read; to be used with [#position] by code that has checked [#remaining].
  public byte[] array() {
    return bytes;
  }

  /// Index in [#array] of the next byte.
  public int position() {
    return at;
  }

  /// Bytes left; 0 after an error.
  public int remaining() {
    return end - at;
  }

  /// Whether no read has gone wrong.
  public boolean ok() {
    return error == null;
  }

  /// What went wrong first, or null.
  public @Nullable String error() {
    return error;
  }

  /// Latches an error, unless there is one already.
  public void fail(String what) {
    if (error == null) {
      error = what + " at byte " + at;
    }
    at = end;
  }

  /// Next byte, 0..255.
  public int u8() {
    if (at >= end) {
      fail("byte missing");
      return 0;
    }
    return bytes[at++] & 0xFF;
  }

  /// Next two bytes, 0..65535.
  public int u16() {
    int low = u8();
    return low | u8() << 8;
  }

  /// Next four bytes.
  public int u32() {
    if (end - at < Integer.BYTES) {
      fail("32-bit number cut off");
      return 0;
    }
    int value = (int) U32.get(bytes, at);
    at += Integer.BYTES;
    return value;
  }

  /// Next eight bytes.
  public long u64() {
    if (end - at < Long.BYTES) {
      fail("64-bit number cut off");
      return 0;
    }
    long value = (long) U64.get(bytes, at);
    at += Long.BYTES;
    return value;
  }

  /// Next LEB128 number as an unsigned 64-bit value.
  public long uvarint() {
    if (at < end && bytes[at] >= 0) {
      return bytes[at++];
    }
    return longUvarint();
  }

  private long longUvarint() {
    long value = 0;
    int i = at;
    for (int shift = 0; shift < 70 && i < end; shift += 7) {
      byte b = bytes[i++];
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        if (shift == 63 && b > 1) {
          break;
        }
        at = i;
        return value;
      }
    }
    fail("unfinished or oversized number");
    return 0;
  }

  /// Next zig-zag number.
  public long zigzag() {
    long u = uvarint();
    return u >>> 1 ^ -(u & 1);
  }

  /// Next LEB128 number, which must be at most `max`: a count or length before anything is allocated for it.
  public int count(int max) {
    long value = uvarint();
    if (value < 0 || value > max) {
      fail("count " + Long.toUnsignedString(value) + " above " + max);
      return 0;
    }
    return (int) value;
  }

  /// A count of list elements that take at least `minimumBytes` each, so no more than fit into what remains.
  public int elements(int minimumBytes) {
    long value = uvarint();
    if (value < 0 || value > remaining() / minimumBytes) {
      fail("list of " + Long.toUnsignedString(value) + " elements in " + remaining() + " bytes");
      return 0;
    }
    return (int) value;
  }

  /// Next `n` bytes, copied; an empty array after an error.
  public byte[] bytes(int n) {
    if (n < 0 || n > end - at) {
      fail(n + " bytes cut off, " + (end - at) + " remain");
      return new byte[0];
    }
    byte[] copy = Arrays.copyOfRange(bytes, at, at + n);
    at += n;
    return copy;
  }

  /// Passes over `n` bytes.
  public void skip(int n) {
    if (n < 0 || n > end - at) {
      fail(n + " bytes cut off, " + (end - at) + " remain");
      return;
    }
    at += n;
  }

  /// Bytes with their length (uvarint) in front, copied.
  public byte[] sizedBytes() {
    return bytes(count(remaining()));
  }

  /// A UTF-8 string with its length (uvarint) in front; ill-formed bytes become U+FFFD.
  public String string() {
    return new String(sizedBytes(), UTF_8);
  }
}
