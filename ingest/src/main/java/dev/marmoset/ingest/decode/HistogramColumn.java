package dev.marmoset.ingest.decode;

import dev.marmoset.storage.chunk.histogram.HistogramVerdict;
import java.util.ArrayList;
import java.util.Arrays;

/// The histograms of one request: their times and what the validator said of them. Unlike floats they are objects;
/// their memory is bounded per request. Confined to one thread at a time.
public final class HistogramColumn {
  /// Memory of the object around the numbers of a histogram, in numbers of 8 bytes.
  private static final int CELLS_PER_HISTOGRAM = 32;
  /// Numbers of 8 bytes that histograms may take for each sample that a request may carry.
  private static final long CELLS_PER_SAMPLE = 4;

  private final ArrayList<HistogramVerdict> verdicts = new ArrayList<>();
  private long[] times = new long[16];
  private long cells;

  void clear() {
    verdicts.clear();
    cells = 0;
  }

  /// Adds a histogram and returns the memory it takes, in numbers of 8 bytes.
  int add(long t, HistogramVerdict verdict, int numbers) {
    if (verdicts.size() == times.length) {
      times = Arrays.copyOf(times, times.length * 2);
    }
    times[verdicts.size()] = t;
    verdicts.add(verdict);
    cells += CELLS_PER_HISTOGRAM + numbers;
    return CELLS_PER_HISTOGRAM + numbers;
  }

  int cellsLeft(int maxSamples) {
    return Math.clamp(CELLS_PER_SAMPLE * maxSamples - cells - CELLS_PER_HISTOGRAM, -1, Integer.MAX_VALUE);
  }

  /// Histograms of the request so far.
  public int size() {
    return verdicts.size();
  }

  /// Time of a histogram, ms since the epoch.
  public long time(int index) {
    return times[index];
  }

  /// What the validator said of a histogram.
  public HistogramVerdict verdict(int index) {
    return verdicts.get(index);
  }

  long retainedBytes() {
    return (long) Long.BYTES * times.length;
  }
}
