package dev.marmoset.storage.head;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A keyed 128-bit hash of label bytes: the identity of a series inside one process.
///
/// Multiply-and-fold over 32-byte blocks, in two chains that do not wait for each other, because a chain is bound by the
/// latency of its multiplication; each chain has two lanes. The key is random per process, so that no sender can construct
/// collisions; with 2^20 series the chance that any two share all 128 bits is about 2^-89, which is why equal hashes
/// are taken for equal labels without comparing bytes. Never written to disk or wire. Not thread-safe; the result
/// stays in [#high] and [#low] until the next call.
final class RegionHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  /// Odd constants with balanced bits (from the digits of the golden ratio and of the square root of 3).
  private static final long MIX_1 = 0x9E3779B97F4A7C15L;
  private static final long MIX_2 = 0xBB67AE8584CAA73BL;

  private final long key1;
  private final long key2;
  private long high;
  private long low;

  /// @param key1 random, secret
  /// @param key2 random, secret
  RegionHash(long key1, long key2) {
    this.key1 = key1;
    this.key2 = key2;
  }

  /// Hashes `length` bytes from `offset` on.
  void hash(byte[] region, int offset, int length) {
    long a = key1 ^ length;
    long b = key2 + length;
    int at = offset;
    int end = offset + length;
    if (length >= 32) {
      long c = key2 ^ MIX_1;
      long d = key1 + MIX_2;
      for (; at + 32 <= end; at += 32) {
        long x = (long) LONGS.get(region, at);
        long y = (long) LONGS.get(region, at + 8);
        a = fold(a ^ x, y ^ key2 ^ MIX_1);
        b = fold(b ^ y, x ^ key1 ^ MIX_2) + a;
        long z = (long) LONGS.get(region, at + 16);
        long w = (long) LONGS.get(region, at + 24);
        c = fold(c ^ z, w ^ key1 ^ MIX_1);
        d = fold(d ^ w, z ^ key2 ^ MIX_2) + c;
      }
      a = fold(a ^ MIX_2, c ^ key1) + b;
      b = fold(b ^ MIX_1, d ^ key2) + c;
    }
    for (; at + 16 <= end; at += 16) {
      long x = (long) LONGS.get(region, at);
      long y = (long) LONGS.get(region, at + 8);
      a = fold(a ^ x, y ^ key2 ^ MIX_1);
      b = fold(b ^ y, x ^ key1 ^ MIX_2) + a;
    }
    long x = tail(region, at, Math.min(8, end - at));
    long y = tail(region, at + 8, Math.max(0, end - at - 8));
    a = fold(a ^ x, y ^ key2 ^ MIX_1);
    b = fold(b ^ y, x ^ key1 ^ MIX_2) + a;
    high = fold(a ^ MIX_2, b ^ key1);
    low = fold(b ^ MIX_1, a ^ key2) ^ a;
  }

  /// First word of the last hash.
  long high() {
    return high;
  }

  /// Second word of the last hash.
  long low() {
    return low;
  }

  private static long fold(long x, long y) {
    return x * y ^ Math.unsignedMultiplyHigh(x, y);
  }

  private static long tail(byte[] region, int at, int length) {
    if (length == 8) {
      return (long) LONGS.get(region, at);
    }
    long word = 0;
    for (int i = 0; i < length; i++) {
      word |= (region[at + i] & 0xFFL) << 8 * i;
    }
    return word;
  }
}
