package dev.marmoset.storage.chunk;

/// The arithmetic of the float encoding, without state and without a buffer.
///
/// After two samples with their own forms, a sample is a timestamp code and a value code (`tsdb/chunkenc/xor.go` of
/// Prometheus 3.14):
///
/// | change of the time delta | bits                  | value XOR previous value | bits                                  |
/// |--------------------------|-----------------------|--------------------------|---------------------------------------|
/// | 0                        | `0`                   | 0                        | `0`                                   |
/// | −8191 … 8192             | `10` + 14             | inside the window        | `10` + the window's bits              |
/// | −65535 … 65536           | `110` + 17            | else                     | `11` + 5 + 6 + the new window's bits  |
/// | −524287 … 524288         | `1110` + 20           |                          |                                       |
/// | else                     | `1111` + 64           |                          |                                       |
///
/// A **window** here is the run of bits of the XOR that is written out. It travels as one `int`, `leading zeros << 8 |
/// length`, length 1 to 64; [#NO_WINDOW] at the start of a chunk fits nothing.
public final class XorCodec {
  /// The window before a chunk has written its first changed value.
  public static final int NO_WINDOW = 0;
  /// Value code for an unchanged value, one bit.
  public static final long SAME_VALUE = 0b0;
  /// Length of [#SAME_VALUE].
  public static final int SAME_VALUE_BITS = 1;
  /// Start of the value code when the window is kept; the window's bits follow.
  public static final long KEPT_WINDOW = 0b10;
  /// Length of [#KEPT_WINDOW].
  public static final int KEPT_WINDOW_BITS = 2;
  /// Length of [#newWindow].
  public static final int NEW_WINDOW_BITS = 13;
  /// What [#timeCode] answers when the change itself must follow in 64 bits.
  public static final int WIDE_TIME = packed(0b1111, 4);

  /// Leading zeros have five bits on disk.
  private static final int MAX_LEADING = 31;
  private static final int LENGTH_BITS = 5;

  private XorCodec() {}

  /// The code of a timestamp's delta of deltas, read with [#codeBits] and [#codeLength].
  ///
  /// The ranges are asymmetric: 8192 takes 14 bits, −8192 takes 17.
  public static int timeCode(long change) {
    if (change == 0) {
      return packed(0, 1);
    }
    if (change >= -8191 && change <= 8192) {
      return packed(0b10 << 14 | ((int) change & 0x3fff), 16);
    }
    if (change >= -65535 && change <= 65536) {
      return packed(0b110 << 17 | ((int) change & 0x1ffff), 20);
    }
    if (change >= -524287 && change <= 524288) {
      return packed(0b1110 << 20 | ((int) change & 0xfffff), 24);
    }
    return WIDE_TIME;
  }

  /// The bits of a packed code, right-aligned.
  public static long codeBits(int code) {
    return (long) code >>> LENGTH_BITS;
  }

  /// How many bits a packed code has, 1 to 24.
  public static int codeLength(int code) {
    return code & ((1 << LENGTH_BITS) - 1);
  }

  private static int packed(int bits, int length) {
    return bits << LENGTH_BITS | length;
  }

  /// Whether a changed value can be written in this window.
  ///
  /// @param xor not 0
  public static boolean fits(long xor, int window) {
    return leading(xor) >= window >>> Byte.SIZE && Long.numberOfTrailingZeros(xor) >= trailing(window);
  }

  /// The tightest window for a changed value.
  ///
  /// @param xor not 0
  public static int windowOf(long xor) {
    int leading = leading(xor);
    return leading << Byte.SIZE | (Long.SIZE - leading - Long.numberOfTrailingZeros(xor));
  }

  /// Number of bits a value takes in this window.
  public static int windowLength(int window) {
    return window & 0xff;
  }

  /// The bits of a value that a window selects, right-aligned, [#windowLength] of them.
  public static long windowBits(long xor, int window) {
    return xor >>> trailing(window);
  }

  /// The start of the value code that sets a new window, [#NEW_WINDOW_BITS] long; the window's bits follow.
  public static long newWindow(int window) {
    // A length of 64 does not fit into six bits and is written as 0, which no changed value needs.
    return 0b11L << 11 | (window >>> Byte.SIZE) << 6 | (window & 0x3f);
  }

  /// The window in the 11 bits after the `11` of a value code; [#NO_WINDOW] where they name one wider than a value.
  public static int readWindow(long code) {
    int leading = (int) (code >>> 6) & MAX_LEADING;
    int length = (int) code & 0x3f;
    int bits = length == 0 ? Long.SIZE : length;
    return leading + bits > Long.SIZE ? NO_WINDOW : leading << Byte.SIZE | bits;
  }

  /// How far left the bits of a window belong in the XOR.
  ///
  /// @param window not [#NO_WINDOW]
  public static int windowShift(int window) {
    return trailing(window);
  }

  private static int leading(long xor) {
    return Math.min(Long.numberOfLeadingZeros(xor), MAX_LEADING);
  }

  /// Zero bits below the window; 64 for [#NO_WINDOW], more than any changed value has.
  private static int trailing(int window) {
    return Long.SIZE - (window >>> Byte.SIZE) - (window & 0xff);
  }
}
