package dev.marmoset.storage.chunk.histogram;

/// The value of one histogram sample. Immutable.
///
/// Counts are `long`s whose meaning depends on the kind: unsigned integers in a [Histogram], raw bits of a float64 in a
/// [FloatHistogram]. The methods that must know take care of it.
public abstract sealed class HistogramSample permits Histogram, FloatHistogram {
  /// Sum of the sample that ends a series (`model/value` of Prometheus), raw bits.
  public static final long STALE_SUM_BITS = 0x7ff0000000000002L;

  private final ResetHint resetHint;
  private final HistogramLayout layout;
  private final long count;
  private final long zeroCount;
  private final long sumBits;
  private final Buckets buckets;

  HistogramSample(ResetHint resetHint, HistogramLayout layout, long count, long zeroCount, long sumBits,
      Buckets buckets) {
    this.resetHint = resetHint;
    this.layout = layout;
    this.count = count;
    this.zeroCount = zeroCount;
    this.sumBits = sumBits;
    this.buckets = buckets;
  }

  /// What the sender said about a counter reset.
  public final ResetHint resetHint() {
    return resetHint;
  }

  /// Where the buckets lie.
  public final HistogramLayout layout() {
    return layout;
  }

  /// Number of observations, as the kind stores counts.
  public final long count() {
    return count;
  }

  /// Observations in the zero bucket, as the kind stores counts.
  public final long zeroCount() {
    return zeroCount;
  }

  /// Raw bits of the sum of observations.
  public final long sumBits() {
    return sumBits;
  }

  /// The bucket numbers, as the kind stores them.
  public final Buckets buckets() {
    return buckets;
  }

  /// Whether this is the marker that ends a series. Its buckets and counts mean nothing.
  public final boolean isStale() {
    return sumBits == STALE_SUM_BITS;
  }

  /// Whether count a is smaller than count b, both as this kind stores counts.
  public abstract boolean less(long a, long b);

  /// Whether a count is no observation at all.
  public abstract boolean isZero(long singleCount);

  /// Absolute counts, as this kind stores counts, of bucket numbers as it stores those.
  public abstract long[] counts(long[] bucketNumbers);

  /// The inverse of [#counts].
  abstract long[] numbers(long[] counts);

  /// The sum of two counts, for buckets that become one.
  abstract long add(long a, long b);

  /// The same sample with other buckets.
  abstract HistogramSample with(HistogramLayout newLayout, Buckets newBuckets);

  /// The marker that ends a series, of this kind and with this hint.
  abstract HistogramSample stale(ResetHint hint);

  /// The same sample in a layout that has all its buckets and maybe more; those get the count 0.
  ///
  /// @throws IllegalArgumentException if the layout lacks a bucket
  public final HistogramSample spreadOver(HistogramLayout wide) {
    if (layout.positive().equals(wide.positive()) && layout.negative().equals(wide.negative())) {
      return layout.equals(wide) ? this : with(wide, buckets);
    }
    return with(wide, new Buckets(spread(layout.positive(), buckets.positive(), wide.positive()),
        spread(layout.negative(), buckets.negative(), wide.negative())));
  }

  private long[] spread(Spans from, long[] bucketNumbers, Spans to) {
    if (from.equals(to)) {
      return bucketNumbers;
    }
    int[] source = from.indexes();
    int[] target = to.indexes();
    long[] counts = counts(bucketNumbers);
    var wide = new long[target.length];
    int at = 0;
    for (int i = 0; i < target.length && at < source.length; i++) {
      if (target[i] == source[at]) {
        wide[i] = counts[at++];
      }
    }
    if (at < source.length) {
      throw new IllegalArgumentException(
          "spreading a histogram over spans " + to + ", which lack its bucket " + source[at]);
    }
    return numbers(wide);
  }

  /// The same sample in its one canonical form: without empty buckets, in the fewest spans; a stale one without
  /// anything else.
  ///
  /// Encoding adds empty buckets, and which ones depends on the neighbours in the chunk. Two routes to the same sample
  /// meet again here, so everything that must be a function of the samples alone starts from this form.
  public final HistogramSample canonical() {
    if (isStale()) {
      return layout.equals(HistogramLayout.EMPTY) && count == 0 && zeroCount == 0 ? this : stale(resetHint);
    }
    var positive = Side.populated(this, layout.positive(), buckets.positive());
    var negative = Side.populated(this, layout.negative(), buckets.negative());
    if (positive.spans().equals(layout.positive()) && negative.spans().equals(layout.negative())) {
      return this;
    }
    return with(layout.with(positive.spans(), negative.spans()),
        new Buckets(positive.numbers(), negative.numbers()));
  }

  /// The same sample with fewer, wider buckets.
  ///
  /// @param schema an exponential schema below the present one
  public final HistogramSample reducedTo(int schema) {
    int steps = layout.schema() - schema;
    if (layout.schema() == HistogramLayout.CUSTOM_SCHEMA || steps <= 0) {
      throw new IllegalArgumentException(
          "reducing a histogram from schema " + layout.schema() + " to schema " + schema);
    }
    var positive = Side.reduced(this, layout.positive(), buckets.positive(), steps);
    var negative = Side.reduced(this, layout.negative(), buckets.negative(), steps);
    return with(
        new HistogramLayout(schema, layout.zeroThresholdBits(), positive.spans(), negative.spans(),
            layout.customBounds()),
        new Buckets(positive.numbers(), negative.numbers()));
  }

  /// Equal when kind, hint and every bit are.
  @Override
  public final boolean equals(Object other) {
    return other instanceof HistogramSample sample && getClass() == sample.getClass()
        && resetHint == sample.resetHint
        && count == sample.count && zeroCount == sample.zeroCount && sumBits == sample.sumBits
        && layout.equals(sample.layout)
        && buckets.equals(sample.buckets);
  }

  @Override
  public final int hashCode() {
    return 31 * (31 * (31 * Long.hashCode(count) + Long.hashCode(sumBits)) + layout.hashCode())
        + buckets.hashCode();
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + resetHint + ", count " + count + ", zero count " + zeroCount
        + ", sum "
        + Double.longBitsToDouble(sumBits) + ", " + layout + ", buckets " + buckets + "]";
  }
}
