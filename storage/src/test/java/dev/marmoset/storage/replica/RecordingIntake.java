package dev.marmoset.storage.replica;

import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentObservation;
import java.util.ArrayList;
import java.util.List;

/// Keeps the values of the samples of one log, visible after a flush.
final class RecordingIntake implements Intake {
  private final List<Double> visible;
  private final List<Double> delivered = new ArrayList<>();

  /// @param visible receives the values
  RecordingIntake(List<Double> visible) {
    this.visible = visible;
  }

  @Override
  public LogVisitor begin(LogSegmentFile segment, SegmentObservation observed) {
    return new LogVisitor() {
      private long recordEnd;

      @Override
      public void recordBegin(long offset) {
        recordEnd = offset;
      }

      @Override
      public void series(int number, Labels labels) {}

      @Override
      public void sample(int number, long t, long valueBits) {
        delivered.add(Double.longBitsToDouble(valueBits));
        observed.touch(Math.floorDiv(t, 7_200_000) * 7_200_000, recordEnd);
      }

      @Override
      public void histogram(int number, long t, HistogramSample sample) {}

      @Override
      public void accept(long window, long floor) {
        observed.accept(window, floor);
      }

      @Override
      public void state(LogState state) {
        observed.state(state);
      }

      @Override
      public void note(long windowStart, long registerNumber) {
        observed.note(new LogNote(windowStart, registerNumber));
      }

      @Override
      public void segmentEnd() {
        observed.end();
      }
    };
  }

  @Override
  public void flush() {
    visible.addAll(delivered);
    delivered.clear();
  }

  @Override
  public void end() {
    flush();
  }
}
