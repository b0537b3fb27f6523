package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Objects;
import net.openhft.chronicle.bytes.Bytes;

/// A growing off-heap buffer that own formats are encoded into and files are written from without a copy.
///
/// The counterpart of [ByteReader]: fixed integers little-endian, `uvarint` LEB128, `zigzag` zig-zag uvarint. Used by
/// one thread at a time. The memory lies outside the heap until [#close]; [#capacity] tells how much it is.
///
/// Chronicle Bytes through its checked cursor, over a direct byte buffer. On JDK 25 it needs `--add-exports
/// java.base/sun.nio.ch`, which the jar's manifest gives.
public final class ByteWriter implements AutoCloseable {
  private final Bytes<ByteBuffer> bytes;

  /// An empty buffer with room for `initialCapacity` bytes; it grows up to 2 GiB.
  public ByteWriter(int initialCapacity) {
    bytes = Bytes.elasticByteBuffer(initialCapacity);
    bytes.singleThreadedCheckDisabled(true);
  }

  /// Bytes written.
  public int size() {
    return (int) bytes.writePosition();
  }

  /// Bytes of memory held.
  public long capacity() {
    return bytes.realCapacity();
  }

  /// Forgets everything written and keeps the memory.
  public void clear() {
    bytes.clear();
  }

  /// Appends one byte.
  public void u8(int value) {
    bytes.writeByte((byte) value);
  }

  /// Appends two bytes.
  public void u16(int value) {
    bytes.writeShort((short) value);
  }

  /// Appends four bytes.
  public void u32(int value) {
    bytes.writeInt(value);
  }

  /// Overwrites four bytes written before, from `offset` on.
  public void u32At(int offset, int value) {
    if (offset < 0 || offset > size() - Integer.BYTES) {
      throw new IllegalArgumentException("overwriting at " + offset + " in a buffer of " + size() + " bytes");
    }
    bytes.writeInt(offset, value);
  }

  /// Appends eight bytes.
  public void u64(long value) {
    bytes.writeLong(value);
  }

  /// Appends the low `length` (0..8) bytes of `value`.
  public void lowBytes(long value, int length) {
    long at = bytes.writePosition();
    bytes.writeLong(value);
    bytes.writePosition(at + length);
  }

  /// Appends an unsigned number as LEB128, 1 to 10 bytes.
  public void uvarint(long value) {
    if ((value & ~0x7FL) == 0) {
      bytes.writeByte((byte) value);
    } else if ((value & ~0x3FFFL) == 0) {
      bytes.writeShort((short) (value & 0x7F | 0x80 | value << 1 & 0x7F00));
    } else {
      longUvarint(value);
    }
  }

  private void longUvarint(long value) {
    if (value >>> 56 != 0) {
      bytewiseUvarint(value);
      return;
    }
    int length = (70 - Long.numberOfLeadingZeros(value)) / 7;
    long spread = value & 0x7F | (value & 0x7FL << 7) << 1 | (value & 0x7FL << 14) << 2
        | (value & 0x7FL << 21) << 3 | (value & 0x7FL << 28) << 4 | (value & 0x7FL << 35) << 5
        | (value & 0x7FL << 42) << 6 | (value & 0x7FL << 49) << 7;
    long more = 0x8080808080808080L >>> (9 - length) * Byte.SIZE;
    lowBytes(spread | more, length);
  }

  private void bytewiseUvarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes.writeByte((byte) (rest | 0x80));
      rest >>>= 7;
    }
    bytes.writeByte((byte) rest);
  }

  /// Appends a signed number as zig-zag LEB128.
  public void zigzag(long value) {
    uvarint(value << 1 ^ value >> 63);
  }

  /// Appends `length` bytes of `source` from `offset` on.
  public void bytes(byte[] source, int offset, int length) {
    bytes.write(source, offset, length);
  }

  /// Appends everything `source` holds.
  public void bytes(ByteWriter source) {
    bytes.write(source.bytes);
  }

  /// Appends bytes with their length (uvarint) in front.
  public void sizedBytes(byte[] source) {
    uvarint(source.length);
    bytes.write(source, 0, source.length);
  }

  /// Appends a string as UTF-8 with its length in bytes (uvarint) in front.
  public void string(String text) {
    sizedBytes(text.getBytes(UTF_8));
  }

  /// The bytes from `from` to `to`, not copied: position and limit of a buffer that the next call on this writer
  /// may invalidate.
  public ByteBuffer view(int from, int to) {
    if (from < 0 || from > to || to > size()) {
      throw new IllegalArgumentException(
          "view of " + from + " to " + to + " in a buffer of " + size() + " bytes");
    }
    ByteBuffer buffer = Objects.requireNonNull(bytes.underlyingObject(), "buffer released");
    return buffer.clear().position(from).limit(to);
  }

  /// A copy of everything written.
  public byte[] toByteArray() {
    byte[] copy = new byte[size()];
    view(0, size()).get(copy);
    return copy;
  }

  /// Gives the memory back. Using the buffer afterwards is an error.
  @Override
  public void close() {
    bytes.releaseLast();
  }
}
