package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;

/// When a histogram may join a chunk and what the chunk must look like then. Pure: a function of the chunk's flag, its
/// last sample and the next one (`appendable`, `appendableGauge` of Prometheus 3.14).
///
/// Counters, first match wins:
///
/// | condition                                                           | result                              |
/// |---------------------------------------------------------------------|-------------------------------------|
/// | the chunk holds gauges                                              | new chunk, not reset                |
/// | the sample says reset                                               | new chunk, reset                    |
/// | the sample is stale                                                 | keep                                |
/// | the last sample is stale                                            | new chunk, unknown                  |
/// | the count falls                                                     | new chunk, reset                    |
/// | schema or zero threshold differ                                     | new chunk, unknown                  |
/// | custom bounds differ                                                | new chunk, reset                    |
/// | the zero count or a bucket falls; a populated bucket is missing     | new chunk, reset                    |
/// | the sample has new buckets                                          | widen the chunk                     |
/// | else                                                                | keep, missing empty buckets filled  |
///
/// Gauges join only gauge chunks; flag, staleness, schema, threshold and bounds cut, everything else widens.
final class AppendRule {
  private AppendRule() {}

  /// What to do with a sample.
  sealed interface Decision {
    /// Append it to the chunk as it is.
    ///
    /// @param sample in the chunk's layout, unless stale
    record Keep(HistogramSample sample) implements Decision {}

    /// Give the chunk this layout, then append.
    ///
    /// @param sample in the new layout
    record Widen(HistogramLayout layout, HistogramSample sample) implements Decision {}

    /// Begin a new chunk.
    record Cut(ResetFlag flag) implements Decision {}
  }

  /// Decides about a sample.
  ///
  /// @param last the last sample of the chunk in the chunk's layout, of the same kind as the next
  static Decision decide(ResetFlag flag, HistogramSample last, HistogramSample next) {
    if (next.resetHint() == ResetHint.GAUGE) {
      return decideGauge(flag, last, next);
    }
    var decision = decideCounter(flag, last, next);
    return decision instanceof Decision.Cut(var reason) ? new Decision.Cut(ofCut(next, reason)) : decision;
  }

  /// The flag of a chunk that begins with this sample because the one before it is full.
  static ResetFlag flagOfSuccessor(ResetFlag flag, HistogramSample last, HistogramSample next) {
    if (next.resetHint() == ResetHint.GAUGE) {
      return ResetFlag.GAUGE;
    }
    var reason = decideCounter(flag, last, next) instanceof Decision.Cut(var cut) ? cut : ResetFlag.NOT_RESET;
    return switch (next) {
      case Histogram _ -> reason;
      case FloatHistogram _ -> reason == ResetFlag.RESET ? ResetFlag.RESET : ResetFlag.NOT_RESET;
    };
  }

  /// Float histogram chunks are cut with the flag "reset" or with none.
  private static ResetFlag ofCut(HistogramSample next, ResetFlag reason) {
    return switch (next) {
      case Histogram _ -> reason;
      case FloatHistogram _ -> reason == ResetFlag.RESET ? ResetFlag.RESET : ResetFlag.UNKNOWN;
    };
  }

  private static Decision decideCounter(ResetFlag flag, HistogramSample last, HistogramSample next) {
    if (flag == ResetFlag.GAUGE) {
      return new Decision.Cut(ResetFlag.NOT_RESET);
    }
    if (next.resetHint() == ResetHint.RESET) {
      return new Decision.Cut(ResetFlag.RESET);
    }
    if (next.isStale()) {
      return new Decision.Keep(next);
    }
    if (last.isStale()) {
      return new Decision.Cut(ResetFlag.UNKNOWN);
    }
    if (next.less(next.count(), last.count())) {
      return new Decision.Cut(ResetFlag.RESET);
    }
    if (!next.layout().sameScale(last.layout())) {
      return new Decision.Cut(ResetFlag.UNKNOWN);
    }
    if (boundsDiffer(last, next) || next.less(next.zeroCount(), last.zeroCount())) {
      return new Decision.Cut(ResetFlag.RESET);
    }
    return decideByBuckets(last, next);
  }

  private static Decision decideByBuckets(HistogramSample last, HistogramSample next) {
    var positive = SideChange.between(last, last.layout().positive(), last.buckets().positive(),
        next.layout().positive(),
        next.buckets().positive());
    var negative = SideChange.between(last, last.layout().negative(), last.buckets().negative(),
        next.layout().negative(),
        next.buckets().negative());
    if (positive.reset() || negative.reset()) {
      return new Decision.Cut(ResetFlag.RESET);
    }
    if (!positive.gains() && !negative.gains()) {
      return new Decision.Keep(next.spreadOver(last.layout()));
    }
    // A side that lacks nothing keeps the spans of the sample as they are, even if fewer would do.
    return widen(next, last.layout().with(positive.lacks() ? positive.union() : next.layout().positive(),
        negative.lacks() ? negative.union() : next.layout().negative()));
  }

  private static Decision decideGauge(ResetFlag flag, HistogramSample last, HistogramSample next) {
    if (flag != ResetFlag.GAUGE) {
      return new Decision.Cut(ResetFlag.GAUGE);
    }
    if (next.isStale()) {
      return new Decision.Keep(next);
    }
    if (last.isStale() || !next.layout().sameScale(last.layout()) || boundsDiffer(last, next)) {
      return new Decision.Cut(ResetFlag.GAUGE);
    }
    var positive = SideChange.of(last.layout().positive(), next.layout().positive());
    var negative = SideChange.of(last.layout().negative(), next.layout().negative());
    if (!positive.gains() && !negative.gains()) {
      return new Decision.Keep(next.spreadOver(last.layout()));
    }
    boolean lacks = positive.lacks() || negative.lacks();
    return widen(next, lacks
        ? last.layout().with(positive.union(), negative.union())
        : last.layout().with(next.layout().positive(), next.layout().negative()));
  }

  private static Decision widen(HistogramSample next, HistogramLayout layout) {
    return new Decision.Widen(layout, next.spreadOver(layout));
  }

  private static boolean boundsDiffer(HistogramSample last, HistogramSample next) {
    return next.layout().schema() == HistogramLayout.CUSTOM_SCHEMA
        && !next.layout().sameBounds(last.layout());
  }
}
