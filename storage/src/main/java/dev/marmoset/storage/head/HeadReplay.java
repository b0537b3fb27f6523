package dev.marmoset.storage.head;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.UnaryOperator;
import org.roaringbitmap.RoaringBitmap;

/// Turns what one segment of a log holds into batches for [Head#apply]. One thread, one segment; [#finish] at its end.
/// The series that the segment defines stay in the head until [#close], which follows when all batches are applied.
///
/// Series are found or created as they come, so several segments may be decoded at once; their batches must be applied
/// in the order of the segments, or all but the newest samples would become late ones.
public final class HeadReplay implements LogVisitor, AutoCloseable {
  /// Samples per batch: below 1 ms of the head's lock, some 170 KiB.
  private static final int BATCH = 8192;

  private final Head head;
  private final long skip;
  private final SegmentObservation observed;
  private final WindowCoverage coverage;
  private final UnaryOperator<LogBatch> exchange;
  private LogBatch batch = new LogBatch();
  private int[] ids = new int[1024];
  /// The ids among them. Guarded by the head's lock.
  private final RoaringBitmap known = new RoaringBitmap();
  private long samples;
  private long recordEnd;
  /// The window asked about last; [Long#MAX_VALUE] before the first sample of a record.
  private long windowStart = Long.MAX_VALUE;
  private boolean covered;

  /// @param skip     how many samples and exemplars of the segment are in the head already, and are left out
  /// @param observed receives what is learned besides the samples
  /// @param coverage samples that lie in blocks are left out too; exemplars never do
  /// @param exchange takes a full batch, which it owns from then on, and gives an empty one; may block
  public HeadReplay(Head head, long skip, SegmentObservation observed, WindowCoverage coverage,
      UnaryOperator<LogBatch> exchange) {
    this.head = head;
    this.skip = skip;
    this.observed = observed;
    this.coverage = coverage;
    this.exchange = exchange;
  }

  @Override
  public void series(int number, Labels labels) {
    if (number == ids.length) {
      ids = Arrays.copyOf(ids, number * 2);
    }
    ids[number] = head.replayedSeries(labels, this);
  }

  @Override
  public void sample(int number, long t, long valueBits) {
    if (isWanted(t)) {
      batch.add(ids[number], t, valueBits);
      handOverWhenFull();
    }
  }

  @Override
  public void samples(int number, int n, long t, long[] valueBits) {
    if (isOfAnotherWindow(t)) {
      turnTo(t);
    }
    if (covered) {
      samples += n;
      return;
    }
    int i = number;
    while (i < number + n) {
      int end = Math.min(number + n, i + Math.max(1, BATCH - batch.size()));
      for (; i < end; i++) {
        if (samples++ >= skip) {
          batch.add(ids[i], t, valueBits[i]);
        }
      }
      handOverWhenFull();
    }
  }

  @Override
  public void histogram(int number, long t, HistogramSample sample) {
    if (isWanted(t)) {
      batch.addHistogram(ids[number], t, sample);
      handOverWhenFull();
    }
  }

  @Override
  public void exemplar(int number, long t, long valueBits, Labels labels) {
    if (samples++ >= skip) {
      batch.addExemplar(ids[number], t, valueBits, labels);
      handOverWhenFull();
    }
  }

  private boolean isWanted(long t) {
    if (isOfAnotherWindow(t)) {
      turnTo(t);
    }
    return samples++ >= skip && !covered;
  }

  private boolean isOfAnotherWindow(long t) {
    return t < windowStart || t - windowStart >= ChunkCut.WINDOW_MS;
  }

  private void turnTo(long t) {
    windowStart = ChunkCut.windowStart(t);
    observed.touch(windowStart, recordEnd);
    covered = coverage.covers(windowStart, observed.incarnation(), observed.segment(), recordEnd);
  }

  @Override
  public void recordBegin(long offset) {
    recordEnd = offset;
    windowStart = Long.MAX_VALUE;
  }

  @Override
  public void accept(long window, long floor) {
    observed.accept(window, floor);
  }

  @Override
  public void state(LogState state) {
    observed.state(state);
  }

  @Override
  public void note(long noted, long registerNumber) {
    observed.note(new LogNote(noted, registerNumber));
  }

  @Override
  public void touched(long touched, long minTime, long maxTime) {
    observed.name(touched, recordEnd);
  }

  @Override
  public void segmentEnd() {
    observed.end();
  }

  /// Not counted: a log leaves out what it has said before. Hearing it twice changes nothing.
  @Override
  public void metadata(MetricMetadata metadata) {
    batch.addMetadata(metadata);
    handOverWhenFull();
  }

  /// Hands over what is left.
  public void finish() {
    batch = exchange.apply(batch);
  }

  /// Notes the id of a series that the segment defines. Under the head's lock, as the following.
  void knows(int id) {
    known.add(id);
  }

  /// Adds the ids of the series that the segment defines to `target`.
  void addIds(RoaringBitmap target) {
    target.or(known);
  }

  /// Clears the bits of series that the segment defines.
  void spare(BitSet series) {
    for (int id = series.nextSetBit(0); id >= 0; id = series.nextSetBit(id + 1)) {
      if (known.contains(id)) {
        series.clear(id);
      }
    }
  }

  /// Forgets the series. Idempotent; by any thread.
  @Override
  public void close() {
    head.forget(this);
  }

  /// Samples and exemplars met so far, left out ones included.
  public long samples() {
    return samples;
  }

  private void handOverWhenFull() {
    if (batch.size() + batch.histograms().size() + batch.exemplars().size()
        + batch.metadata().size() >= BATCH) {
      finish();
    }
  }
}
