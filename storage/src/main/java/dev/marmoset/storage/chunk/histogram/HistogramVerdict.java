package dev.marmoset.storage.chunk.histogram;

/// What [HistogramValidator] says about a sample.
public sealed interface HistogramVerdict {
  /// Fit to be stored.
  ///
  /// @param sample what to store: the sample itself, or one of lower resolution
  record Valid(HistogramSample sample) implements HistogramVerdict {}

  /// Not fit, and never will be.
  record Invalid(HistogramFault fault) implements HistogramVerdict {}
}
