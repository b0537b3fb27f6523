package dev.marmoset.storeapi;

/// Protobuf's base-128 numbers: seven bits a byte, lowest first, the top bit set on all but the last.
final class Varints {
  private Varints() {}

  /// Bytes of a number, 1 to 10, taken as unsigned.
  static int size(long value) {
    // One byte per started seven bits: ceil(bits / 7) without a division.
    return (640 - Long.numberOfLeadingZeros(value | 1) * 9) >>> 6;
  }

  /// Bytes of a field with a one-byte tag, a length and that many bytes.
  static int fieldSize(int length) {
    return 1 + size(length) + length;
  }

  /// Writes a tag of one byte and a number, and returns the offset behind them.
  static int write(byte[] target, int offset, int tag, long value) {
    target[offset] = (byte) tag;
    int at = offset + 1;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }
}
