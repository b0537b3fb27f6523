package dev.marmoset.storage.index.write;

import java.util.Arrays;

/// A growing heap buffer for one index entry. Confined to one thread; reusable through [#clear].
final class ByteSink {
  private byte[] bytes = new byte[256];
  private int size;

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /// The buffer; valid up to [#size] until the next write.
  byte[] array() {
    return bytes;
  }

  void uvarint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  void varint(long value) {
    uvarint(value << 1 ^ value >> 63);
  }

  void bytes(byte[] source, int offset, int length) {
    room(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }
}
