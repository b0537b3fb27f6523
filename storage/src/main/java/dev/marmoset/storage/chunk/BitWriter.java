package dev.marmoset.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A growing stream of bits, most significant bit first.
///
/// Bits collect in a 64-bit accumulator and reach the array a word at a time, about five times cheaper than a byte at a
/// time. The buffer grows by doubling and is kept by [#reset()], so a reused writer allocates nothing. One thread at a
/// time.
public final class BitWriter {
  private static final VarHandle BIG_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  /// Holds a usual float chunk of 120 samples (about 230 bytes).
  private static final int INITIAL_BYTES = 256;
  private static final int UVARINT_MORE = 0x80;

  private byte[] words = new byte[INITIAL_BYTES];
  private int wordBytes;
  /// Bits not yet in the array, left-aligned, zero below them.
  private long accumulator;
  private int accumulated;

  /// Forgets everything written and keeps the buffer.
  public void reset() {
    wordBytes = 0;
    accumulator = 0;
    accumulated = 0;
  }

  /// Appends the low `length` bits of `bits`.
  ///
  /// @param bits right-aligned; the bits above `length` must be zero
  /// @param length 0 to 64
  public void write(long bits, int length) {
    int free = Long.SIZE - accumulated;
    if (length < free) {
      accumulator |= bits << (free - length);
      accumulated += length;
    } else {
      spill(bits, length - free);
    }
  }

  /// Fills the accumulator with all but the last `rest` (0 to 63) bits, stores it, and keeps the rest.
  private void spill(long bits, int rest) {
    if (wordBytes + Long.BYTES > words.length) {
      words = Arrays.copyOf(words, words.length * 2);
    }
    BIG_ENDIAN_LONG.set(words, wordBytes, accumulator | bits >>> rest);
    wordBytes += Long.BYTES;
    accumulator = rest == 0 ? 0 : bits << (Long.SIZE - rest);
    accumulated = rest;
  }

  /// Appends an unsigned LEB128 integer, 1 to 10 bytes, as Go's `binary.PutUvarint`.
  public void writeUvarint(long value) {
    var rest = value;
    while ((rest & -UVARINT_MORE) != 0) {
      write((rest & (UVARINT_MORE - 1)) | UVARINT_MORE, Byte.SIZE);
      rest >>>= 7;
    }
    write(rest, Byte.SIZE);
  }

  /// Appends a zig-zag LEB128 integer, 1 to 10 bytes, as Go's `binary.PutVarint`.
  public void writeVarint(long value) {
    writeUvarint(value << 1 ^ value >> (Long.SIZE - 1));
  }

  /// Bytes written so far, a begun byte included.
  public int byteLength() {
    return wordBytes + (accumulated + Byte.SIZE - 1) / Byte.SIZE;
  }

  /// Copies everything written to `target`, the last byte padded with zero bits.
  ///
  /// @throws IndexOutOfBoundsException if [#byteLength()] bytes do not fit at `offset`
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(words, 0, target, offset, wordBytes);
    int at = offset + wordBytes;
    for (int shift = Long.SIZE - Byte.SIZE; shift > Long.SIZE - Byte.SIZE - accumulated; shift -= Byte.SIZE) {
      target[at++] = (byte) (accumulator >>> shift);
    }
  }
}
