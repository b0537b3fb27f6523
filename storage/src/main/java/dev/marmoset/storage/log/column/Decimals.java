package dev.marmoset.storage.log.column;

/// Values as integers times a negative power of ten, the way writer and reader of FLOATS both compute them.
///
/// A value is *decimal at k* when |v·10^k| < 9e15 and the integer nearest to it, divided by 10^k again, has exactly
/// the bits of v. NaN, infinities and −0.0 are decimal at no k.
final class Decimals {
  /// Largest power of ten a value is scaled by; more digits do not pay (measured on node_exporter data).
  static final int MAX_SCALE = 6;
  /// Bound of scaled values: below 2^53, so that they are exact integers as doubles.
  static final double MAX_MANTISSA = 9e15;

  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1, 1};

  private Decimals() {}

  /// The integer nearest to v·10^k. Meaningful only for a value that is decimal at `k`.
  static long mantissa(long bits, int k) {
    return (long) Math.rint(Double.longBitsToDouble(bits) * POWERS[k]);
  }

  /// Bits of `mantissa` / 10^k.
  static long value(long mantissa, int k) {
    return Double.doubleToRawLongBits(k == 0 ? mantissa : mantissa / POWERS[k]);
  }

  static boolean isDecimal(long bits, int k) {
    double scaled = Double.longBitsToDouble(bits) * POWERS[k];
    return Math.abs(scaled) < MAX_MANTISSA && value((long) Math.rint(scaled), k) == bits;
  }

  /// The smallest k at which the value is decimal, or −1.
  static int scale(long bits) {
    for (int k = 0; k <= MAX_SCALE; k++) {
      if (isDecimal(bits, k)) {
        return k;
      }
    }
    return -1;
  }
}
