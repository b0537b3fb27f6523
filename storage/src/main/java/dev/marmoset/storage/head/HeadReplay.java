package dev.marmoset.storage.head;

import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.LogBatch;
import dev.marmoset.storage.log.LogVisitor;
import java.util.Arrays;

/// Puts what one segment of a log holds into the head. One thread, one segment; [#finish] at its end.
public final class HeadReplay implements LogVisitor {
  /// Samples per hold of the head's lock: below 1 ms.
  private static final int BATCH = 8192;

  private final Head head;
  private final long skip;
  private final LogBatch batch = new LogBatch();
  private int[] ids = new int[1024];
  private long samples;

  /// @param skip how many samples of the segment are in the head already, and are not applied again
  public HeadReplay(Head head, long skip) {
    this.head = head;
    this.skip = skip;
  }

  @Override
  public void series(int number, Labels labels) {
    if (number == ids.length) {
      ids = Arrays.copyOf(ids, number * 2);
    }
    ids[number] = head.replayedSeries(labels);
  }

  @Override
  public void sample(int number, long t, long valueBits) {
    if (samples++ >= skip) {
      batch.add(ids[number], t, valueBits);
      applyWhenFull();
    }
  }

  @Override
  public void histogram(int number, long t, HistogramSample sample) {
    if (samples++ >= skip) {
      batch.addHistogram(ids[number], t, sample);
      applyWhenFull();
    }
  }

  /// Applies what is left.
  public void finish() {
    head.apply(batch);
    batch.clear();
  }

  /// Samples met so far, skipped ones included.
  public long samples() {
    return samples;
  }

  private void applyWhenFull() {
    if (batch.size() + batch.histograms().size() >= BATCH) {
      finish();
    }
  }
}
