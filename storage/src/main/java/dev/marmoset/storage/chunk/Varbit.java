package dev.marmoset.storage.chunk;

/// Integers in eight sizes, as the histogram encodings write them (`tsdb/chunkenc/varbit.go` of Prometheus 3.14).
///
/// A prefix of ones and a zero names the size of the payload. Signed payloads of n bits hold −(2^(n−1) − 1) … 2^(n−1):
/// asymmetric, so that 4 takes three bits and −4 takes six.
///
/// | prefix     | payload bits | prefix     | payload bits |
/// |------------|--------------|------------|--------------|
/// | `0`        | 0, means 0   | `111110`   | 18           |
/// | `10`       | 3            | `1111110`  | 25           |
/// | `110`      | 6            | `11111110` | 56           |
/// | `1110`     | 9            | `11111111` | 64           |
/// | `11110`    | 12           |            |              |
public final class Varbit {
  private static final int[] PAYLOAD_BITS = {3, 6, 9, 12, 18, 25, 56};
  private static final int LONGEST_PREFIX = 8;

  private Varbit() {}

  /// Appends a signed integer.
  public static void writeSigned(BitWriter bits, long value) {
    if (value == 0) {
      bits.write(0, 1);
      return;
    }
    int size = 0;
    while (size < PAYLOAD_BITS.length && !fits(value, PAYLOAD_BITS[size])) {
      size++;
    }
    write(bits, value, size);
  }

  /// Appends an unsigned integer of up to 64 bits.
  public static void writeUnsigned(BitWriter bits, long value) {
    if (value == 0) {
      bits.write(0, 1);
      return;
    }
    int size = 0;
    while (size < PAYLOAD_BITS.length && value >>> PAYLOAD_BITS[size] != 0) {
      size++;
    }
    write(bits, value, size);
  }

  private static boolean fits(long value, int payload) {
    long half = 1L << (payload - 1);
    return value > -half && value <= half;
  }

  private static void write(BitWriter bits, long value, int size) {
    if (size == PAYLOAD_BITS.length) {
      bits.write(0xff, LONGEST_PREFIX);
      bits.write(value, Long.SIZE);
      return;
    }
    int payload = PAYLOAD_BITS[size];
    int prefix = size + 2;
    long ones = (1L << prefix) - 2;
    bits.write(ones << payload | (value & ((1L << payload) - 1)), prefix + payload);
  }

  /// Reads a signed integer.
  public static long readSigned(BitReader bits) {
    int size = readSize(bits);
    if (size < 0) {
      return 0;
    }
    if (size == PAYLOAD_BITS.length) {
      return bits.read(Long.SIZE);
    }
    int payload = PAYLOAD_BITS[size];
    long value = bits.read(payload);
    return value > 1L << (payload - 1) ? value - (1L << payload) : value;
  }

  /// Reads an unsigned integer of up to 64 bits.
  public static long readUnsigned(BitReader bits) {
    int size = readSize(bits);
    if (size < 0) {
      return 0;
    }
    return bits.read(size == PAYLOAD_BITS.length ? Long.SIZE : PAYLOAD_BITS[size]);
  }

  /// Reads a prefix; answers an index of the sizes, their number for 64 bits, or -1 for a zero without payload.
  private static int readSize(BitReader bits) {
    int ones = Math.min(Long.numberOfLeadingZeros(~bits.peek()), LONGEST_PREFIX);
    bits.skip(Math.min(ones + 1, LONGEST_PREFIX));
    return ones - 1;
  }
}
