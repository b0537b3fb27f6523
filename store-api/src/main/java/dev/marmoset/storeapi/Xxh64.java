package dev.marmoset.storeapi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The hash XXH64 with seed 0, which Thanos uses for the identity of chunks and for sharding.
///
/// Written from the specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md): four lanes of 64 bits over stripes
/// of 32 bytes, then the rest in words, a half word and bytes, all little-endian.
final class Xxh64 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int STRIPE = 32;
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;

  private Xxh64() {}

  /// Hash of `length` bytes from `offset` on.
  static long hash(byte[] data, int offset, int length) {
    int end = offset + length;
    int at = offset + length / STRIPE * STRIPE;
    long hash = (length < STRIPE ? P5 : stripes(data, offset, at)) + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = Long.rotateLeft(hash ^ round(0, (long) LONG.get(data, at)), 27) * P1 + P4;
    }
    if (at + Integer.BYTES <= end) {
      hash = Long.rotateLeft(hash ^ ((int) INT.get(data, at) & 0xFFFFFFFFL) * P1, 23) * P2 + P3;
      at += Integer.BYTES;
    }
    for (; at < end; at++) {
      hash = Long.rotateLeft(hash ^ (data[at] & 0xFFL) * P5, 11) * P1;
    }
    return avalanche(hash);
  }

  private static long stripes(byte[] data, int from, int to) {
    long b = P2;
    long a = b + P1;
    long c = 0;
    long d = -P1;
    for (int at = from; at < to; at += STRIPE) {
      a = round(a, (long) LONG.get(data, at));
      b = round(b, (long) LONG.get(data, at + 8));
      c = round(c, (long) LONG.get(data, at + 16));
      d = round(d, (long) LONG.get(data, at + 24));
    }
    long hash =
        Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
    return merge(merge(merge(merge(hash, a), b), c), d);
  }

  private static long round(long lane, long word) {
    return Long.rotateLeft(lane + word * P2, 31) * P1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * P1 + P4;
  }

  private static long avalanche(long hash) {
    long h = (hash ^ hash >>> 33) * P2;
    h = (h ^ h >>> 29) * P3;
    return h ^ h >>> 32;
  }
}
