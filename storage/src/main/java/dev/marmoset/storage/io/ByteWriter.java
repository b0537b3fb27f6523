package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A growing off-heap buffer that own formats are encoded into and files are written from without a copy.
///
/// The counterpart of [ByteReader]: fixed integers little-endian, `uvarint` LEB128, `zigzag` zig-zag uvarint. Used by
/// one thread at a time. The memory lies outside the heap until [#close]; [#capacity] tells how much it is.
///
/// Foreign memory instead of Chronicle Bytes: its elastic byte buffers need `--add-exports java.base/sun.nio.ch` on
/// JDK 25.
public final class ByteWriter implements AutoCloseable {
  private static final int LARGEST_FIELD = 10;

  private Arena arena = Arena.ofShared();
  private ByteBuffer buffer;
  private int size;

  /// An empty buffer with room for `initialCapacity` bytes; it grows up to 2 GiB.
  public ByteWriter(int initialCapacity) {
    buffer = allocate(arena, Math.max(initialCapacity, LARGEST_FIELD));
  }

  private static ByteBuffer allocate(Arena arena, int capacity) {
    return arena.allocate(capacity).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Bytes written.
  public int size() {
    return size;
  }

  /// Bytes of memory held.
  public long capacity() {
    return buffer.capacity();
  }

  /// Forgets everything written and keeps the memory.
  public void clear() {
    size = 0;
  }

  /// Makes room for `length` bytes and returns where they go. To be called before `buffer` is read: it may be replaced.
  private int claim(int length) {
    int at = size;
    if (length > buffer.capacity() - at) {
      grow(length);
    }
    size = at + length;
    return at;
  }

  private void grow(int length) {
    long wanted = Math.max((long) size + length, buffer.capacity() * 2L);
    if ((long) size + length > Integer.MAX_VALUE) {
      throw new IllegalStateException("buffer of " + size + " bytes grows by " + length + " beyond 2 GiB");
    }
    Arena larger = Arena.ofShared();
    ByteBuffer target = allocate(larger, (int) Math.min(wanted, Integer.MAX_VALUE));
    target.put(0, buffer, 0, size);
    buffer = target;
    arena.close();
    arena = larger;
  }

  /// Appends one byte.
  public void u8(int value) {
    int at = claim(1);
    buffer.put(at, (byte) value);
  }

  /// Appends two bytes.
  public void u16(int value) {
    int at = claim(Short.BYTES);
    buffer.putShort(at, (short) value);
  }

  /// Appends four bytes.
  public void u32(int value) {
    int at = claim(Integer.BYTES);
    buffer.putInt(at, value);
  }

  /// Overwrites four bytes written before, from `offset` on.
  public void u32At(int offset, int value) {
    if (offset < 0 || offset > size - Integer.BYTES) {
      throw new IllegalArgumentException("overwriting at " + offset + " in a buffer of " + size + " bytes");
    }
    buffer.putInt(offset, value);
  }

  /// Appends eight bytes.
  public void u64(long value) {
    int at = claim(Long.BYTES);
    buffer.putLong(at, value);
  }

  /// Appends the low `length` (0..8) bytes of `value`.
  public void lowBytes(long value, int length) {
    int at = claim(Long.BYTES);
    buffer.putLong(at, value);
    size = at + length;
  }

  /// Appends an unsigned number as LEB128, 1 to 10 bytes.
  public void uvarint(long value) {
    if ((value & ~0x7FL) == 0) {
      int at = claim(1);
      buffer.put(at, (byte) value);
    } else if ((value & ~0x3FFFL) == 0) {
      int at = claim(Short.BYTES);
      buffer.putShort(at, (short) ((value & 0x7F) | 0x80 | (value << 1 & 0x7F00)));
    } else {
      longUvarint(value);
    }
  }

  private void longUvarint(long value) {
    long rest = value;
    int at = claim(LARGEST_FIELD);
    while ((rest & ~0x7FL) != 0) {
      buffer.put(at++, (byte) (rest | 0x80));
      rest >>>= 7;
    }
    buffer.put(at++, (byte) rest);
    size = at;
  }

  /// Appends a signed number as zig-zag LEB128.
  public void zigzag(long value) {
    uvarint(value << 1 ^ value >> 63);
  }

  /// Appends `length` bytes of `source` from `offset` on.
  public void bytes(byte[] source, int offset, int length) {
    int at = claim(length);
    buffer.put(at, source, offset, length);
  }

  /// Appends everything `source` holds.
  public void bytes(ByteWriter source) {
    int at = claim(source.size);
    buffer.put(at, source.buffer, 0, source.size);
  }

  /// Appends bytes with their length (uvarint) in front.
  public void sizedBytes(byte[] source) {
    uvarint(source.length);
    bytes(source, 0, source.length);
  }

  /// Appends a string as UTF-8 with its length in bytes (uvarint) in front.
  public void string(String text) {
    sizedBytes(text.getBytes(UTF_8));
  }

  /// The bytes from `from` to `to`, not copied: position and limit of a buffer that the next call on this writer
  /// may invalidate.
  public ByteBuffer view(int from, int to) {
    if (from < 0 || from > to || to > size) {
      throw new IllegalArgumentException(
          "view of " + from + " to " + to + " in a buffer of " + size + " bytes");
    }
    return buffer.duplicate().limit(to).position(from);
  }

  /// A copy of everything written.
  public byte[] toByteArray() {
    byte[] copy = new byte[size];
    buffer.get(0, copy);
    return copy;
  }

  /// Gives the memory back. Using the buffer afterwards is an error.
  @Override
  public void close() {
    arena.close();
  }
}
