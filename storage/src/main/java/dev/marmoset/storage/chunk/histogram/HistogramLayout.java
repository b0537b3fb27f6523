package dev.marmoset.storage.chunk.histogram;

import java.util.Arrays;

/// Where the buckets of a histogram lie: everything about them but the counts. A chunk has one layout for all its
/// samples.
public final class HistogramLayout {
  /// Schema number of custom bucket bounds.
  public static final int CUSTOM_SCHEMA = -53;
  /// Schema 0 without any bucket: the layout of a stale sample.
  public static final HistogramLayout EMPTY = new HistogramLayout(0, 0, Spans.NONE, Spans.NONE, new long[0]);

  private final int schema;
  private final long zeroThresholdBits;
  private final Spans positive;
  private final Spans negative;
  private final long[] customBounds;

  /// A layout; nothing is checked, see [HistogramValidator].
  ///
  /// @param schema resolution: bucket boundaries grow by 2^(2^−schema), or [#CUSTOM_SCHEMA]
  /// @param zeroThresholdBits raw bits of the zero bucket's width
  /// @param customBounds raw bits of the upper bucket bounds, for the custom schema only; ownership passes
  public HistogramLayout(int schema, long zeroThresholdBits, Spans positive, Spans negative,
      long[] customBounds) {
    this.schema = schema;
    this.zeroThresholdBits = zeroThresholdBits;
    this.positive = positive;
    this.negative = negative;
    this.customBounds = customBounds;
  }

  /// The same with other spans.
  public HistogramLayout with(Spans newPositive, Spans newNegative) {
    return new HistogramLayout(schema, zeroThresholdBits, newPositive, newNegative, customBounds);
  }

  /// Resolution, or [#CUSTOM_SCHEMA].
  public int schema() {
    return schema;
  }

  /// Raw bits of the zero bucket's width.
  public long zeroThresholdBits() {
    return zeroThresholdBits;
  }

  /// Buckets above zero; all of them for the custom schema.
  public Spans positive() {
    return positive;
  }

  /// Buckets below zero.
  public Spans negative() {
    return negative;
  }

  /// Raw bits of the custom bucket bounds, not a copy. Callers must not modify them.
  public long[] customBounds() {
    return customBounds;
  }

  /// Whether schema and zero threshold are those of the other layout, as numbers: 0 and −0 are the same threshold, NaN
  /// is no one's.
  public boolean sameScale(HistogramLayout other) {
    return schema == other.schema
        && Double.longBitsToDouble(zeroThresholdBits) == Double.longBitsToDouble(other.zeroThresholdBits);
  }

  /// Whether the custom bounds are those of the other layout, as numbers.
  public boolean sameBounds(HistogramLayout other) {
    if (customBounds.length != other.customBounds.length) {
      return false;
    }
    for (int i = 0; i < customBounds.length; i++) {
      if (Double.longBitsToDouble(customBounds[i]) != Double.longBitsToDouble(other.customBounds[i])) {
        return false;
      }
    }
    return true;
  }

  /// Equal bit for bit.
  @Override
  public boolean equals(Object other) {
    return other instanceof HistogramLayout layout && schema == layout.schema
        && zeroThresholdBits == layout.zeroThresholdBits
        && positive.equals(layout.positive) && negative.equals(layout.negative)
        && Arrays.equals(customBounds, layout.customBounds);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * schema + Long.hashCode(zeroThresholdBits)) + positive.hashCode())
        + negative.hashCode();
  }

  @Override
  public String toString() {
    return "schema " + schema + ", zero threshold " + Double.longBitsToDouble(zeroThresholdBits) + ", spans "
        + positive + " and " + negative
        + ", " + customBounds.length + " custom bounds";
  }
}
