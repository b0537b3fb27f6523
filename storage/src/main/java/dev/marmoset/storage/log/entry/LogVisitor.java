package dev.marmoset.storage.log.entry;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;

/// Receives what a segment holds, in the order of the segment. Used by one thread.
///
/// Numbers are those of the segment: `series` numbers them from 0 without gaps, everything else refers to numbers given
/// before. One visitor per segment.
public interface LogVisitor {
  /// A series gets its number.
  void series(int number, Labels labels);

  /// A float sample.
  ///
  /// @param t         ms since the epoch
  /// @param valueBits raw IEEE 754 bits
  void sample(int number, long t, long valueBits);

  /// Float samples of one time, one of each of `n` series from `number` on.
  ///
  /// @param t         ms since the epoch
  /// @param valueBits raw IEEE 754 bits by the number of the series; only borrowed
  default void samples(int number, int n, long t, long[] valueBits) {
    for (int i = number; i < number + n; i++) {
      sample(i, t, valueBits[i]);
    }
  }

  /// A histogram sample.
  ///
  /// @param t ms since the epoch
  void histogram(int number, long t, HistogramSample sample);

  /// An exemplar. Ignored unless overridden.
  default void exemplar(int number, long t, long valueBits, Labels labels) {}

  /// Metadata of a metric family; the latest counts. Ignored unless overridden.
  default void metadata(MetricMetadata metadata) {}

  /// The writer's promise that every sample from here on has t ≥ floor − window. Ignored unless overridden.
  ///
  /// @param window acceptance window W, ms
  /// @param floor  ms since the epoch
  default void accept(long window, long floor) {}

  /// What the writer tells the other replicas. Ignored unless overridden.
  default void state(LogState state) {}

  /// The writer has written a record of a window's register, or made progress with its claim (number 0). Ignored
  /// unless overridden.
  default void note(long windowStart, long registerNumber) {}

  /// The segment is complete and holds samples from `minTime` to `maxTime` of the window. Ignored unless overridden.
  default void touched(long windowStart, long minTime, long maxTime) {}

  /// The owner has ended the segment. Ignored unless overridden.
  default void segmentEnd() {}

  /// The record whose content follows ends at `offset` of the file. Ignored unless overridden.
  default void recordBegin(long offset) {}

  /// The record whose content was just delivered ends at `offset` of the file. Ignored unless overridden.
  default void recordEnd(long offset) {}
}
