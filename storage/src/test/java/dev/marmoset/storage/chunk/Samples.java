package dev.marmoset.storage.chunk;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/// Generators of samples that reach every class of 64-bit pattern and every time.
public final class Samples {
  /// What a float64 can be other than a number.
  private static final Long[] SPECIAL_VALUES =
      {0L, 1L << 63, 0x7ff0000000000002L, 0x7ff8000000000001L, 0x7ff8000000000000L,
        0x7ff0000000000000L, 0xfff0000000000000L, 0xffffffffffffffffL, 1L, 0x7fefffffffffffffL,
        0x3ff0000000000000L, 0x3ff0000000000001L};

  private Samples() {}

  /// Raw bits of sample values: special ones, near ones, numbers, any bits.
  public static Arbitrary<Long> values() {
    return Arbitraries.oneOf(
        Arbitraries.of(SPECIAL_VALUES),
        Arbitraries.longs().between(0, 100).map(i -> Double.doubleToRawLongBits(i)),
        Arbitraries.doubles().map(Double::doubleToRawLongBits),
        Arbitraries.longs().between(0, 63).map(shift -> 1L << shift),
        Arbitraries.longs().between(0x7ff0000000000000L, 0x7fffffffffffffffL),
        Arbitraries.longs());
  }

  /// Distances of times: regular, at the edges of every code, and wild. Times made of them wrap around.
  public static Arbitrary<Long> deltas() {
    return Arbitraries.oneOf(
        Arbitraries.of(15_000L, 15_001L, 14_999L, 1L),
        Arbitraries.of(8191L, 8192L, 8193L, 65535L, 65536L, 65537L, 524287L, 524288L, 524289L)
            .map(edge -> 15_000 + edge),
        Arbitraries.of(8191L, 8192L, 8193L, 65535L, 65536L, 65537L, 524287L, 524288L, 524289L)
            .map(edge -> 15_000 - edge),
        Arbitraries.longs().between(1, 1L << 40),
        Arbitraries.longs());
  }

  /// First times.
  public static Arbitrary<Long> starts() {
    return Arbitraries.oneOf(
        Arbitraries.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 1_700_000_000_000L), Arbitraries.longs());
  }

  /// Times from a start and distances.
  public static long[] times(long start, List<Long> deltas) {
    var times = new long[deltas.size()];
    long t = start;
    for (int i = 0; i < times.length; i++) {
      times[i] = t;
      t += deltas.get(i);
    }
    return times;
  }
}
