package dev.marmoset.storage.log.entry;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The accepted samples of one request, as columns. Not thread-safe.
///
/// Owned by the appender until handed to [dev.marmoset.storage.log.LogWriter#append], then by the log thread. When the
/// batch's future completes with `Durable` it belongs to the appender again and may be reused through [#clear]. After
/// `Unavailable` it must be dropped: the log thread may still be stuck in a write of it.
public final class LogBatch {
  private static final int INITIAL_CAPACITY = 512;

  /// An exemplar of a series.
  ///
  /// @param series    head id
  /// @param t         ms since the epoch
  /// @param valueBits raw IEEE 754 bits
  public record Exemplar(int series, long t, long valueBits, Labels labels) {}

  /// A histogram sample of a series.
  ///
  /// @param series head id
  /// @param t      ms since the epoch
  public record HistogramRow(int series, long t, HistogramSample sample) {}

  private int[] series = new int[INITIAL_CAPACITY];
  private long[] times = new long[INITIAL_CAPACITY];
  private long[] values = new long[INITIAL_CAPACITY];
  private int size;
  private long judgedAt = Long.MIN_VALUE;
  private final List<HistogramRow> histograms = new ArrayList<>();
  private final List<Exemplar> exemplars = new ArrayList<>();
  private final List<MetricMetadata> metadata = new ArrayList<>();

  /// Adds a float sample of the series with this head id.
  public void add(int seriesId, long t, long valueBits) {
    int i = size;
    if (i == series.length) {
      grow();
    }
    series[i] = seriesId;
    times[i] = t;
    values[i] = valueBits;
    size = i + 1;
  }

  private void grow() {
    int capacity = size * 2;
    series = Arrays.copyOf(series, capacity);
    times = Arrays.copyOf(times, capacity);
    values = Arrays.copyOf(values, capacity);
  }

  /// Adds a histogram sample of the series with this head id.
  public void addHistogram(int seriesId, long t, HistogramSample sample) {
    histograms.add(new HistogramRow(seriesId, t, sample));
  }

  /// Adds an exemplar.
  public void addExemplar(int seriesId, long t, long valueBits, Labels labels) {
    exemplars.add(new Exemplar(seriesId, t, valueBits, labels));
  }

  /// Adds metadata of a metric family.
  public void addMetadata(MetricMetadata entry) {
    metadata.add(entry);
  }

  /// States the acceptance clock by which the samples were judged. To be called once the request is judged; a batch
  /// judged at a time before the log's floor is refused.
  public void judgedAt(long acceptanceClockMs) {
    judgedAt = acceptanceClockMs;
  }

  /// The acceptance clock of [#judgedAt(long)]; [Long#MIN_VALUE] when it was not stated.
  public long judgedAt() {
    return judgedAt;
  }

  /// Number of float samples.
  public int size() {
    return size;
  }

  /// Head id of the series of sample `i`.
  public int series(int i) {
    return series[i];
  }

  /// Time of sample `i`, ms since the epoch.
  public long time(int i) {
    return times[i];
  }

  /// Raw value bits of sample `i`.
  public long valueBits(int i) {
    return values[i];
  }

  /// Copies the times of all samples to `target` from `offset` on.
  public void copyTimes(long[] target, int offset) {
    System.arraycopy(times, 0, target, offset, size);
  }

  /// Copies the value bits of all samples to `target` from `offset` on.
  public void copyValues(long[] target, int offset) {
    System.arraycopy(values, 0, target, offset, size);
  }

  /// The histogram samples, in the order of their arrival; not to be modified.
  public List<HistogramRow> histograms() {
    return histograms;
  }

  /// The exemplars, in the order of their arrival; not to be modified.
  public List<Exemplar> exemplars() {
    return exemplars;
  }

  /// The metadata, in the order of their arrival; not to be modified.
  public List<MetricMetadata> metadata() {
    return metadata;
  }

  /// Whether there is nothing to log.
  public boolean isEmpty() {
    return size == 0 && histograms.isEmpty() && exemplars.isEmpty() && metadata.isEmpty();
  }

  /// Clears the bits of the series of this batch.
  public void spare(BitSet ids) {
    for (int i = 0; i < size; i++) {
      if (ids.get(series[i])) {
        ids.clear(series[i]);
      }
    }
    histograms.forEach(row -> ids.clear(row.series()));
    exemplars.forEach(exemplar -> ids.clear(exemplar.series()));
  }

  /// Everything that counts against the bound of the queue: samples of all kinds.
  public int weight() {
    return size + histograms.size() + exemplars.size() + metadata.size();
  }

  /// Forgets everything and keeps the memory.
  public void clear() {
    size = 0;
    judgedAt = Long.MIN_VALUE;
    histograms.clear();
    exemplars.clear();
    metadata.clear();
  }
}
