package dev.marmoset.storage.chunk;

/// Which of two samples of one series at one time is kept.
///
/// The rule is a total order, so that the result depends neither on the order of arrival nor on repetition: a stale
/// marker loses to anything, a NaN to every number, the smaller number to the larger, −0 to +0; between two other NaNs
/// the larger raw bits (unsigned) win. Histograms are ranked in [#rank]; between two histograms decides what their
/// owner knows of their content.
public final class ConflictRule {
  /// Bits of the NaN that ends a series (Prometheus `model/value`).
  public static final long STALE_NAN = 0x7ff0000000000002L;

  private ConflictRule() {}

  /// The value bits that are kept of two floats; either of them when they are equal.
  public static long winner(long a, long b) {
    if (a == b) {
      return a;
    }
    int rankA = rank(a);
    int rankB = rank(b);
    if (rankA != rankB) {
      return rankA > rankB ? a : b;
    }
    if (rankA == NAN) {
      return Long.compareUnsigned(a, b) > 0 ? a : b;
    }
    return order(a) > order(b) ? a : b;
  }

  /// Rank of a float by its bits: stale marker, other NaN, number.
  public static int rank(long valueBits) {
    if (valueBits == STALE_NAN) {
      return STALE;
    }
    boolean nan = (valueBits & Long.MAX_VALUE) > 0x7ff0000000000000L;
    return nan ? NAN : NUMBER;
  }

  /// Rank of a stale float.
  public static final int STALE = 0;
  /// Rank of a stale histogram.
  public static final int STALE_HISTOGRAM = 1;
  /// Rank of a float that is a NaN but no stale marker.
  public static final int NAN = 2;
  /// Rank of a float that is a number.
  public static final int NUMBER = 3;
  /// Rank of a histogram that is not stale.
  public static final int HISTOGRAM = 4;

  /// Maps the bits of a number to a long with the same order, −0 before +0.
  private static long order(long bits) {
    return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
  }
}
