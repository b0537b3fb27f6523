package dev.marmoset.storage.log;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.LogVisitor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps everything a segment delivers, as text that tests can compare.
public final class RecordingVisitor implements LogVisitor {
  final List<Labels> series = new ArrayList<>();
  public final List<String> samples = new ArrayList<>();
  public final List<String> others = new ArrayList<>();
  public final List<Long> recordEnds = new ArrayList<>();

  /// Texts of labels, which take longer than anything else here.
  private final Map<Integer, String> names = new HashMap<>();

  static String sample(Labels labels, long t, long bits) {
    return sample(labels.toString(), t, bits);
  }

  private static String sample(String labels, long t, long bits) {
    return labels + " " + t + " " + Long.toHexString(bits);
  }

  @Override
  public void series(int number, Labels labels) {
    if (number != series.size()) {
      throw new AssertionError("series " + number + " follows " + series.size() + " others");
    }
    series.add(labels);
  }

  @Override
  public void sample(int number, long t, long valueBits) {
    samples.add(sample(names.computeIfAbsent(number, _ -> series.get(number).toString()), t, valueBits));
  }

  @Override
  public void histogram(int number, long t, HistogramSample sample) {
    others.add("histogram " + series.get(number) + " " + t + " " + sample);
  }

  @Override
  public void exemplar(int number, long t, long valueBits, Labels labels) {
    others.add("exemplar " + series.get(number) + " " + t + " " + Long.toHexString(valueBits) + " " + labels);
  }

  @Override
  public void metadata(MetricMetadata metadata) {
    others.add(metadata.toString());
  }

  @Override
  public void accept(long window, long floor) {
    others.add("accept " + window + " " + floor);
  }

  @Override
  public void state(LogState state) {
    others.add(state.toString());
  }

  @Override
  public void note(long windowStart, long registerNumber) {
    others.add("note " + windowStart + " " + registerNumber);
  }

  @Override
  public void touched(long windowStart, long minTime, long maxTime) {
    others.add("touched " + windowStart + " " + minTime + " " + maxTime);
  }

  @Override
  public void recordEnd(long offset) {
    recordEnds.add(offset);
  }
}
