package dev.marmoset.storage.log.column;

import dev.marmoset.storage.io.ByteWriter;
import java.util.Arrays;

/// Writes FLOATS sections of one segment and keeps the value state of its series. Confined to the log thread.
///
/// A section is a row of runs to its end; `expected` starts at 0 and `tPrev` at the floor of the record:
/// ```
/// run   := zz(number - expected)  uv(n << 1 | m)
///          m = 0: zz(t - tPrev), one t for the n series number, number + 1, ...
///          m = 1: n times zz(t_i - t_i-1)
///          bitmap of n bits, LSB first: 1 = value bits differ from the series' last bits in this segment
///          one token per set bit, in order;   then expected = number + n, tPrev = the last t
/// token := uv u;  mode = u & 3
///   0  value = (m(last) + zig-zag(u >>> 2)) / 10^k,  k = the series' scale,  m(v) = (long) rint(v * 10^k)
///   1  new scale k = u >>> 2 (0..6), then zz delta against m(last), or against 0 if last is not decimal at k
///   2  u >>> 2 = lz << 3 | len (len 0..7): len bytes LE of (bits ^ last bits) >>> 8*(8 - lz - len)
///   3  8 raw bytes
/// ```
/// Each series starts a segment with last bits 0 and scale 0; *decimal* is defined by [Decimals].
///
/// A value is coded decimal where that is not longer than the exclusive-or. Series that are not decimal are tried again
/// only now and then: state byte = scale | [#DECIMAL] when the last value is decimal at it | values to go × 16.
public final class FloatEncoder {
  private static final int SCALE = 7;
  private static final int DECIMAL = 8;
  private static final int TRY = 16;
  /// Values after which a series that was never decimal is tried again; the most the state byte can hold.
  private static final int RARELY = 15 * TRY;
  /// Shortest stretch of equal times that is worth a run of its own, before and behind other samples.
  private static final int WORTH_A_RUN = 4;
  private static final int WORTH_A_BREAK = 8;

  private long[] last = new long[0];
  private byte[] state = new byte[0];
  private long[] masks = new long[16];
  private int expected;
  private long tPrev;

  /// Begins a segment.
  public void clear() {
    Arrays.fill(last, 0);
    Arrays.fill(state, (byte) DECIMAL);
  }

  /// Makes room for series numbers below `count`.
  public void reserve(int count) {
    if (count > last.length) {
      int old = state.length;
      int capacity = Math.max(1024, Math.max(count, old * 2));
      last = Arrays.copyOf(last, capacity);
      state = Arrays.copyOf(state, capacity);
      Arrays.fill(state, old, capacity, (byte) DECIMAL);
    }
  }

  /// Appends the samples `from` to `to` of `group` to a section.
  public void encode(ByteWriter out, GroupColumns group, int from, int to, long floor) {
    expected = 0;
    tPrev = floor;
    int i = from;
    while (i < to) {
      int end = group.consecutiveEnd(i, to);
      while (i < end) {
        i = stretch(out, group, i, end);
      }
    }
  }

  /// One run or more for samples with consecutive series numbers; returns where to go on.
  private int stretch(ByteWriter out, GroupColumns group, int from, int end) {
    int equal = group.equalTimesEnd(from, end);
    if (equal == end || equal - from >= WORTH_A_RUN) {
      head(out, group.numbers[from], equal - from, 0);
      time(out, group.times[from]);
      values(out, group, from, equal);
      return equal;
    }
    int mixed = equal;
    while (mixed < end) {
      int next = group.equalTimesEnd(mixed, end);
      if (next - mixed >= WORTH_A_BREAK) {
        break;
      }
      mixed = next;
    }
    head(out, group.numbers[from], mixed - from, 1);
    for (int i = from; i < mixed; i++) {
      time(out, group.times[i]);
    }
    values(out, group, from, mixed);
    return mixed;
  }

  private void head(ByteWriter out, int number, int n, int m) {
    out.zigzag(number - (long) expected);
    out.uvarint((long) n << 1 | m);
    expected = number + n;
  }

  private void time(ByteWriter out, long t) {
    out.zigzag(t - tPrev);
    tPrev = t;
  }

  private void values(ByteWriter out, GroupColumns group, int from, int to) {
    int words = (to - from + 63) >>> 6;
    if (words > masks.length) {
      masks = new long[words * 2];
    }
    int number = group.numbers[from];
    for (int w = 0; w < words; w++) {
      bitmap(out, group, from + (w << 6), Math.min(64, to - from - (w << 6)), w);
    }
    for (int w = 0; w < words; w++) {
      tokens(out, group.values, from + (w << 6), number + (w << 6), masks[w]);
    }
  }

  private void bitmap(ByteWriter out, GroupColumns group, int from, int n, int word) {
    long[] values = group.values;
    int number = group.numbers[from];
    long mask = 0;
    for (int i = 0; i < n; i++) {
      mask |= (values[from + i] != last[number + i] ? 1L : 0L) << i;
    }
    masks[word] = mask;
    out.lowBytes(mask, n + 7 >>> 3);
  }

  private void tokens(ByteWriter out, long[] values, int from, int number, long mask) {
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      int i = Long.numberOfTrailingZeros(rest);
      token(out, number + i, values[from + i]);
    }
  }

  private void token(ByteWriter out, int number, long bits) {
    int s = state[number] & 0xFF;
    long before = last[number];
    last[number] = bits;
    if (s >= TRY) {
      state[number] = (byte) (s - TRY);
      xor(out, bits ^ before, bits);
    } else if (!Decimals.isDecimal(bits, s & SCALE)) {
      rescale(out, number, bits, before);
    } else if ((s & DECIMAL) != 0) {
      delta(out, bits, before, s & SCALE);
    } else {
      scaled(out, number, bits, before, s & SCALE);
    }
  }

  /// Both values are decimal at the series' scale.
  private void delta(ByteWriter out, long bits, long before, int k) {
    long delta = Decimals.mantissa(bits, k) - Decimals.mantissa(before, k);
    long u = (delta << 1 ^ delta >> 63) << 2;
    if (u >>> 21 == 0 || uvarintLength(u) <= xorLength(bits ^ before)) {
      out.uvarint(u);
    } else {
      xor(out, bits ^ before, bits);
    }
  }

  /// The new value is not decimal at the series' scale: looks for another one.
  private void rescale(ByteWriter out, int number, long bits, long before) {
    int k = Decimals.scale(bits);
    if (k >= 0) {
      scaled(out, number, bits, before, k);
    } else {
      int s = state[number];
      state[number] = (byte) (s & SCALE | ((s & DECIMAL) != 0 ? TRY : RARELY));
      xor(out, bits ^ before, bits);
    }
  }

  private void scaled(ByteWriter out, int number, long bits, long before, int k) {
    out.uvarint((long) k << 2 | 1);
    long base = Decimals.isDecimal(before, k) ? Decimals.mantissa(before, k) : 0;
    out.zigzag(Decimals.mantissa(bits, k) - base);
    state[number] = (byte) (k | DECIMAL);
  }

  private static void xor(ByteWriter out, long x, long bits) {
    int leading = Long.numberOfLeadingZeros(x) >>> 3;
    int trailing = Long.numberOfTrailingZeros(x) >>> 3;
    int length = 8 - leading - trailing;
    if (length == Long.BYTES) {
      out.u8(3);
      out.u64(bits);
    } else {
      out.uvarint((leading << 3 | length) << 2 | 2);
      out.lowBytes(x >>> 8 * trailing, length);
    }
  }

  private static int xorLength(long x) {
    int leading = Long.numberOfLeadingZeros(x) >>> 3;
    int length = 8 - leading - (Long.numberOfTrailingZeros(x) >>> 3);
    return 1 + length + (leading >= 4 ? 1 : 0);
  }

  private static int uvarintLength(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }
}
