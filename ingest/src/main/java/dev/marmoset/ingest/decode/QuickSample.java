package dev.marmoset.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Reads a float sample of either version in the one form that senders write it in, without loops.
///
/// | bytes | field                                                                                             |
/// |-------|---------------------------------------------------------------------------------------------------|
/// | 2     | `0x12`, sample of a series, and its length: 16, or 7 without a value, which is then 0              |
/// | 0, 9  | `0x09`, value, and 8 bytes, little endian                                                          |
/// | 7     | `0x10`, timestamp, and a varint of 6 bytes: 1971 to 2109                                           |
///
/// Reused; confined to one thread at a time.
final class QuickSample {
  /// Bytes of a sample without a value.
  static final int MIN_BYTES = 9;
  /// Bytes of a sample with a value.
  static final int MAX_BYTES = MIN_BYTES + 9;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  /// What a sample begins with, as a little-endian number of three bytes.
  private static final long ZERO_SAMPLE = 0x10_0712;
  private static final long SAMPLE = 0x09_1012;
  private static final long SAMPLE_MASK = 0xFF_FFFF;
  private static final int VALUE_OFFSET = 3;
  /// Tag of the timestamp, and that of the six bytes behind it only the last one ends a varint.
  private static final long TIME = 0x0080_8080_8080_1000L;
  private static final long TIME_MASK = 0x8080_8080_8080_FF00L;
  private static final int TIME_SHIFT = 16;

  private int bytes;
  private long time;
  private long valueBits;

  /// Reads the sample at an offset.
  ///
  /// @param end of the series, in the array
  /// @return false when there is none of this form
  boolean read(byte[] body, int at, int end) {
    if (end - at < MIN_BYTES) {
      return false;
    }
    boolean zero = ((long) LONGS.get(body, at) & SAMPLE_MASK) == ZERO_SAMPLE;
    bytes = zero ? MIN_BYTES : MAX_BYTES;
    return end - at >= bytes && readBefore(body, at + bytes, zero);
  }

  /// Reads the sample that a series ends with.
  ///
  /// @param end of the series, [#MAX_BYTES] or more behind the beginning of the array
  /// @return false when there is none of this form
  boolean readLast(byte[] body, int end) {
    boolean zero = ((long) LONGS.get(body, end - MIN_BYTES) & SAMPLE_MASK) == ZERO_SAMPLE;
    bytes = zero ? MIN_BYTES : MAX_BYTES;
    return readBefore(body, end, zero);
  }

  private boolean readBefore(byte[] body, int end, boolean zero) {
    long tail = (long) LONGS.get(body, end - Long.BYTES);
    if ((tail & TIME_MASK) != TIME
        || !zero && ((long) LONGS.get(body, end - MAX_BYTES) & SAMPLE_MASK) != SAMPLE) {
      return false;
    }
    valueBits = zero ? 0 : (long) LONGS.get(body, end - MAX_BYTES + VALUE_OFFSET);
    long varint = tail >>> TIME_SHIFT;
    time = varint & 0x7F | varint >>> 1 & 0x7F << 7 | varint >>> 2 & 0x7F << 14 | varint >>> 3 & 0x7F << 21
        | varint >>> 4 & 0x7FL << 28 | varint >>> 5 & 0x7FL << 35;
    return true;
  }

  /// Bytes of the sample read last.
  int bytes() {
    return bytes;
  }

  /// Its time, ms since the epoch.
  long time() {
    return time;
  }

  /// Raw bits of its value.
  long valueBits() {
    return valueBits;
  }
}
