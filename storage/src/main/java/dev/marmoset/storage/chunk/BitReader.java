package dev.marmoset.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/// A cursor over a stream of bits, most significant bit first, that no input can make fail.
///
/// Reading past the end yields zero bits and moves on; [#failed()] then stays true until the next [#reset]. A decoder
/// reads the fields of one sample and asks once. One thread at a time; the array is only read.
public final class BitReader {
  /// Bits of [#peek()] that are data whatever the position: a word less the part of the first byte already read.
  public static final int PEEKABLE = Long.SIZE - Byte.SIZE + 1;

  private static final VarHandle BIG_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final byte[] NOTHING = {};
  private static final int MAX_UVARINT_BYTES = 10;

  private byte[] data = NOTHING;
  private int start;
  private int end;
  /// Next bit, counted from the beginning of the array.
  private long position;
  /// First bit beyond the end, or -1 once the data is known to be corrupt.
  private long limit;

  /// Starts over on a part of an array, which the reader only borrows.
  ///
  /// @throws IndexOutOfBoundsException if the part does not lie inside the array
  public BitReader reset(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    data = source;
    start = offset;
    end = offset + length;
    position = (long) offset * Byte.SIZE;
    limit = (long) end * Byte.SIZE;
    return this;
  }

  /// The next bits, left-aligned, at least [#PEEKABLE] of them; zero beyond the end. Does not move.
  public long peek() {
    return peek(position);
  }

  private long peek(long from) {
    int at = (int) (from >>> 3);
    int missing = at - end + Long.BYTES;
    long word = missing <= 0 ? (long) BIG_ENDIAN_LONG.get(data, at) : tail(missing);
    return word << (from & 7);
  }

  /// The last bytes, left-aligned, where fewer than eight are left.
  private long tail(int missing) {
    if (missing >= Long.BYTES) {
      return 0;
    }
    if (end - start >= Long.BYTES) {
      return (long) BIG_ENDIAN_LONG.get(data, end - Long.BYTES) << (missing * Byte.SIZE);
    }
    long word = 0;
    for (int at = end - Long.BYTES + missing; at < end; at++) {
      word = word << Byte.SIZE | (data[at] & 0xff);
    }
    return word << (missing * Byte.SIZE);
  }

  /// Moves on by this many bits.
  public void skip(int bits) {
    position += bits;
  }

  /// Reads `length` bits, right-aligned.
  ///
  /// @param length 1 to 64
  public long read(int length) {
    if (length <= PEEKABLE) {
      long bits = peek() >>> (Long.SIZE - length);
      position += length;
      return bits;
    }
    return readLong(length);
  }

  private long readLong(int length) {
    long high = peek() >>> (Long.SIZE - Integer.SIZE);
    position += Integer.SIZE;
    int rest = length - Integer.SIZE;
    long low = peek() >>> (Long.SIZE - rest);
    position += rest;
    return high << rest | low;
  }

  /// Bits left; negative after a read from beyond the end.
  public long remaining() {
    return limit - position;
  }

  /// Skips `ahead` bits and reads `length` bits, 1 to 64, in one move.
  long read(int ahead, int length) {
    long from = position + ahead;
    position = from + length;
    long word = peek(from);
    if (length <= PEEKABLE) {
      return word >>> (Long.SIZE - length);
    }
    return word >>> Integer.SIZE << (length - Integer.SIZE)
        | peek(from + Integer.SIZE) >>> (Long.SIZE + Integer.SIZE - length);
  }

  /// Reads one bit.
  public boolean readBit() {
    boolean bit = peek() < 0;
    position++;
    return bit;
  }

  /// Reads an unsigned LEB128 integer. One of more than 64 bits is corrupt.
  public long readUvarint() {
    long value = 0;
    for (int i = 0; i < MAX_UVARINT_BYTES; i++) {
      long next = read(Byte.SIZE);
      value |= (next & 0x7f) << (7 * i);
      if (next < 0x80) {
        if (i == MAX_UVARINT_BYTES - 1 && next > 1) {
          fail();
        }
        return value;
      }
    }
    fail();
    return value;
  }

  /// Reads a zig-zag LEB128 integer, see [#readUvarint()].
  public long readVarint() {
    long zigzag = readUvarint();
    return zigzag >>> 1 ^ -(zigzag & 1);
  }

  /// Declares the data corrupt: [#failed()] stays true until the next reset.
  public void fail() {
    limit = -1;
  }

  /// Whether anything since the reset was read from beyond the end or was declared corrupt.
  public boolean failed() {
    return position > limit;
  }
}
