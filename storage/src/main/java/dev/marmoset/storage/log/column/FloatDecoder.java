package dev.marmoset.storage.log.column;

import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.log.entry.LogVisitor;
import java.util.Arrays;

/// Reads FLOATS sections, the counterpart of [FloatEncoder]. Not thread-safe; one per segment.
public final class FloatDecoder {
  private long[] last = new long[0];
  private byte[] scale = new byte[0];
  private long[] times = new long[64];
  private long tPrev;

  /// Delivers the samples of a section. What contradicts the format is latched as the reader's error; the samples in
  /// front of it have been delivered by then.
  ///
  /// @param floor  floor of the record's ACCEPT
  /// @param series how many series the segment has defined so far
  /// @return samples delivered
  public long decode(ByteReader in, long floor, int series, LogVisitor visitor) {
    reserve(series);
    long delivered = 0;
    long expected = 0;
    tPrev = floor;
    while (in.remaining() > 0) {
      expected += in.zigzag();
      long head = in.uvarint();
      long n = head >>> 1;
      if (expected < 0 || n <= 0 || expected > series || n > series - expected || n > in.remaining() * 8L) {
        in.fail("run of " + n + " samples from series " + expected + " of " + series);
        return delivered;
      }
      if ((head & 1) == 0) {
        equalTimes(in, (int) expected, (int) n, visitor);
      } else {
        mixedTimes(in, (int) expected, (int) n, visitor);
      }
      expected += n;
      delivered += in.ok() ? n : 0;
    }
    return delivered;
  }

  private void reserve(int series) {
    if (series > last.length) {
      int capacity = Math.max(1024, Math.max(series, last.length * 2));
      last = Arrays.copyOf(last, capacity);
      scale = Arrays.copyOf(scale, capacity);
    }
  }

  private void equalTimes(ByteReader in, int number, int n, LogVisitor visitor) {
    tPrev += in.zigzag();
    int bitmap = skipBitmap(in, n);
    if (in.ok()) {
      int whole = tokens(in, number, n, bitmap);
      visitor.samples(number, whole, tPrev, last);
    }
  }

  /// Reads the tokens of a run; answers how many samples are in front of the first fault, `n` if there is none.
  private int tokens(ByteReader in, int number, int n, int bitmap) {
    byte[] bytes = in.array();
    for (int from = 0; from < n; from += Byte.SIZE) {
      int mask = bytes[bitmap + (from >>> 3)] & (n - from >= Byte.SIZE ? 0xFF : (1 << n - from) - 1);
      for (; mask != 0; mask &= mask - 1) {
        int i = from + Integer.numberOfTrailingZeros(mask);
        token(in, number + i);
        if (!in.ok()) {
          return i;
        }
      }
    }
    return n;
  }

  private void mixedTimes(ByteReader in, int number, int n, LogVisitor visitor) {
    if (n > in.remaining()) {
      in.fail("run of " + n + " times cut off");
      return;
    }
    if (n > times.length) {
      times = new long[n * 2];
    }
    for (int i = 0; i < n; i++) {
      tPrev += in.zigzag();
      times[i] = tPrev;
    }
    int bitmap = skipBitmap(in, n);
    int whole = in.ok() ? tokens(in, number, n, bitmap) : 0;
    for (int i = 0; i < whole; i++) {
      visitor.sample(number + i, times[i], last[number + i]);
    }
  }

  private static int skipBitmap(ByteReader in, int n) {
    int at = in.position();
    in.skip(n + 7 >>> 3);
    return at;
  }

  private void token(ByteReader in, int number) {
    long u = in.uvarint();
    switch ((int) u & 3) {
      case 0 -> {
        long zigzag = u >>> 2;
        int k = scale[number];
        last[number] = Decimals.value(Decimals.mantissa(last[number], k) + (zigzag >>> 1 ^ -(zigzag & 1)), k);
      }
      case 1 -> rescaled(in, number, u >>> 2);
      case 2 -> xor(in, number, u >>> 2);
      default -> raw(in, number, u);
    }
  }

  private void rescaled(ByteReader in, int number, long k) {
    if (k > Decimals.MAX_SCALE) {
      in.fail("scale " + k + " above " + Decimals.MAX_SCALE);
      return;
    }
    int newScale = (int) k;
    long before = last[number];
    long base = Decimals.isDecimal(before, newScale) ? Decimals.mantissa(before, newScale) : 0;
    scale[number] = (byte) newScale;
    last[number] = Decimals.value(base + in.zigzag(), newScale);
  }

  private void xor(ByteReader in, int number, long shape) {
    int leading = (int) (shape >>> 3);
    int length = (int) shape & 7;
    if (shape >>> 6 != 0 || leading + length > Long.BYTES || length > in.remaining()) {
      in.fail("difference of shape " + shape + " with " + in.remaining() + " bytes left");
      return;
    }
    byte[] bytes = in.array();
    int at = in.position();
    long x = 0;
    for (int i = length - 1; i >= 0; i--) {
      x = x << 8 | bytes[at + i] & 0xFF;
    }
    in.skip(length);
    int trailing = Long.BYTES - leading - length;
    last[number] ^= trailing == Long.BYTES ? 0 : x << 8 * trailing;
  }

  private void raw(ByteReader in, int number, long u) {
    if (u != 3) {
      in.fail("token " + u + " of an unknown kind");
      return;
    }
    last[number] = in.u64();
  }
}
