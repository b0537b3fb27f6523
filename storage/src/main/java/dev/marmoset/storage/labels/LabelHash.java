package dev.marmoset.storage.labels;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/// A keyed 128-bit hash of label bytes: the identity of a series inside one process.
///
/// Its two words are hashes of their own with keys of their own, so that whoever has a guess to confirm pays for one: a
/// series that a sender is expected to send next is confirmed by the low word, everything else is looked up by both. The
/// keys are random per process, so that no sender can construct collisions; with 2^20 series the chance that any two
/// share both words is about 2^-89, which is why equal hashes are taken for equal labels without comparing bytes. Never
/// written to disk or wire. Immutable.
///
/// A label set that is spelt in symbols, as in remote write 2.0, has another hash, which is put together from those of the
/// symbols: [#pair] for each label, added up, and [#spelling] at the end. Each place in the set has keys of its own.
///
/// Multiply-and-fold over 64-byte blocks in four chains that do not wait for each other: 16 bytes per multiplication,
/// and the multiplier is never idle. The last block overlaps the one before it; the length is part of the hash.
public final class LabelHash {
  /// Most labels of a set that is hashed by its symbols.
  public static final int MAX_PAIRS = 64;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int WORD = Long.BYTES;
  private static final int PAIR = 2 * WORD;
  private static final int BLOCK = 4 * PAIR;

  private final Key low;
  private final Key high;

  private final long[] pairKeys;

  /// Secrets of one word.
  private record Key(long k1, long k2, long k3, long k4) {
    static Key of(RandomGenerator random) {
      return new Key(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }
  }

  /// @param random source of the secret keys
  public LabelHash(RandomGenerator random) {
    low = Key.of(random);
    high = Key.of(random);
    pairKeys = random.longs(2 * MAX_PAIRS).toArray();
  }

  /// Low word of the hash of `length` bytes from `offset` on.
  public long low(byte[] bytes, int offset, int length) {
    return hash(low, bytes, offset, length);
  }

  /// High word of the hash of `length` bytes from `offset` on.
  public long high(byte[] bytes, int offset, int length) {
    return hash(high, bytes, offset, length);
  }

  /// What the label at a place of a set adds to either word of the set's hash.
  ///
  /// @param place below [#MAX_PAIRS]
  /// @param name  that word of the hash of the label's name
  /// @param value that word of the hash of its value
  public long pair(int place, long name, long value) {
    return fold(name ^ pairKeys[2 * place], value ^ pairKeys[2 * place + 1]);
  }

  /// A word of the hash of a set spelt in symbols.
  ///
  /// @param sum of the pairs
  public long spelling(long sum, int pairs) {
    return fold(sum ^ low.k1, pairs ^ low.k2);
  }

  private static long hash(Key key, byte[] bytes, int offset, int length) {
    return length >= BLOCK ? blocks(key, bytes, offset, length) : pairs(key, bytes, offset, length);
  }

  private static long blocks(Key key, byte[] bytes, int offset, int length) {
    long a = key.k1 ^ length;
    long b = key.k2;
    long c = key.k3;
    long d = key.k4;
    int last = offset + length - BLOCK;
    int at = offset;
    while (true) {
      a = fold(word(bytes, at) ^ key.k2, word(bytes, at + WORD) ^ a);
      b = fold(word(bytes, at + PAIR) ^ key.k3, word(bytes, at + PAIR + WORD) ^ b);
      c = fold(word(bytes, at + 2 * PAIR) ^ key.k4, word(bytes, at + 2 * PAIR + WORD) ^ c);
      d = fold(word(bytes, at + 3 * PAIR) ^ key.k1, word(bytes, at + 3 * PAIR + WORD) ^ d);
      if (at >= last) {
        return fold(fold(a ^ key.k3, c ^ key.k1) ^ key.k4, fold(b ^ key.k4, d ^ key.k2) ^ key.k1);
      }
      at = Math.min(at + BLOCK, last);
    }
  }

  private static long pairs(Key key, byte[] bytes, int offset, int length) {
    long a = key.k1 ^ length;
    int end = offset + length;
    for (int at = offset; at < end - PAIR; at += PAIR) {
      a = fold(word(bytes, at) ^ key.k2, word(bytes, at + WORD) ^ a);
    }
    long b;
    if (length >= PAIR) {
      b = fold(word(bytes, end - PAIR) ^ key.k3, word(bytes, end - WORD) ^ key.k2);
    } else {
      b = fold(tail(bytes, offset, Math.min(WORD, length)) ^ key.k3,
          tail(bytes, offset + WORD, Math.max(0, length - WORD)) ^ key.k2);
    }
    return fold(a ^ key.k4, b ^ key.k1);
  }

  private static long fold(long x, long y) {
    return x * y ^ Math.unsignedMultiplyHigh(x, y);
  }

  private static long word(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }

  private static long tail(byte[] bytes, int at, int length) {
    long word = 0;
    for (int i = 0; i < length; i++) {
      word |= (bytes[at + i] & 0xFFL) << 8 * i;
    }
    return word;
  }
}
