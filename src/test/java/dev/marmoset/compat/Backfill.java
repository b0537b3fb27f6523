package dev.marmoset.compat;

import dev.marmoset.conformance.Content;
import dev.marmoset.proto.prometheus.BucketSpan;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;

/// Samples of the past, one per minute and series, and a record of what was made: as the StoreAPI shows it ([Content]),
/// and as promtool prints it.
///
/// Most series are of floats, a few of integer, float and custom-bucket histograms; every third comes in any order.
/// Belongs to one thread.
final class Backfill {
  private static final long STEP = 60_000;
  private static final int FLOAT_SERIES = 28;
  private static final int SERIES = 32;
  private static final double STALE = Double.longBitsToDouble(0x7ff0000000000002L);
  private static final long ZERO_THRESHOLD = Double.doubleToRawLongBits(0x1p-128);

  private final Random random = new Random(20);
  private final Map<Map<String, String>, SortedMap<Long, Sent>> sent = new HashMap<>();

  /// @param text as in [Content]
  /// @param dump as of [#printed]
  record Sent(String text, String dump) {}

  /// Makes a request with a sample of each series for each minute from `mint` to before `maxt`, ms.
  WriteRequest request(long mint, long maxt) {
    return request(mint, maxt, 0, SERIES);
  }

  /// Makes a request with a few samples between those that there are, and one of a new series.
  WriteRequest late(long mint) {
    return request(mint + STEP / 2, mint + 5 * STEP, 0, 5).toBuilder()
        .addTimeseries(series(SERIES + 3, LongStream.of(mint + STEP).boxed().toList())).build();
  }

  private WriteRequest request(long mint, long maxt, int from, int to) {
    var request = WriteRequest.newBuilder();
    for (int i = from; i < to; i++) {
      List<Long> times = new ArrayList<>();
      for (long t = mint; t < maxt; t += STEP) {
        times.add(t + 37L * i);
      }
      if (i % 3 == 0) {
        Collections.shuffle(times, random);
      }
      request.addTimeseries(series(i, times));
    }
    return request.build();
  }

  private TimeSeries series(int i, List<Long> times) {
    Map<String, String> labels = Map.of("__name__", "backfill_" + i % 5, "i", Integer.toString(i));
    var series = TimeSeries.newBuilder();
    new TreeMap<>(labels)
        .forEach((name, value) -> series.addLabels(Label.newBuilder().setName(name).setValue(value)));
    var record = sent.computeIfAbsent(labels, _ -> new TreeMap<>());
    for (long t : times) {
      if (i >= FLOAT_SERIES && i < SERIES) {
        addHistogram(series, record, i - FLOAT_SERIES, t);
      } else {
        double value = value(i, t);
        series.addSamples(Sample.newBuilder().setTimestamp(t).setValue(value));
        record.put(t, new Sent(Content.of(value), printed(value)));
      }
    }
    return series.build();
  }

  private static double value(int i, long t) {
    long minute = t / STEP;
    if (minute % 50 == i) {
      return i % 4 == 0 ? STALE : i % 4 == 1 ? -0.0 : i % 4 == 2 ? Double.POSITIVE_INFINITY : Double.NaN;
    }
    return i % 2 == 0 ? minute * (i + 1.0) : Math.sin(t * (i + 1.0));
  }

  /// @param kind 0 and 1 integer, 2 float, 3 custom buckets
  private static void addHistogram(TimeSeries.Builder series, SortedMap<Long, Sent> record, int kind,
      long t) {
    long n = t / STEP % 500 + 1;
    double sum = 1.5 * n;
    var proto = dev.marmoset.proto.prometheus.Histogram.newBuilder().setTimestamp(t).setSum(sum)
        .addPositiveSpans(BucketSpan.newBuilder().setOffset(kind).setLength(2));
    var layout = kind == 3
        ? new HistogramLayout(HistogramLayout.CUSTOM_SCHEMA, 0, Spans.of(3, 2), Spans.NONE,
            new long[] {bits(0.5), bits(2), bits(4), bits(8)})
        : new HistogramLayout(2, ZERO_THRESHOLD, Spans.of(kind, 2), Spans.NONE, new long[0]);
    if (kind == 3) {
      proto.setSchema(HistogramLayout.CUSTOM_SCHEMA).addAllCustomValues(List.of(0.5, 2.0, 4.0, 8.0));
    } else {
      proto.setSchema(2).setZeroThreshold(0x1p-128);
    }
    String text;
    if (kind == 2) {
      proto.setCountFloat(2.0 * n).setZeroCountFloat(0).addAllPositiveCounts(List.of(n + 0.0, n + 0.0));
      text = Content.text(new FloatHistogram(ResetHint.UNKNOWN, layout, bits(2.0 * n), bits(0), bits(sum),
          new Buckets(new long[] {bits(n), bits(n)}, new long[0])));
    } else {
      proto.setCountInt(2 * n).setZeroCountInt(0).addAllPositiveDeltas(List.of(n, 0L));
      text = Content.text(new Histogram(ResetHint.UNKNOWN, layout, 2 * n, 0, bits(sum),
          new Buckets(new long[] {n, 0}, new long[0])));
    }
    series.addHistograms(proto);
    record.put(t, new Sent(text, printed(2.0 * n, sum)));
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  /// A float, as far as promtool tells them apart.
  static String printed(double value) {
    return Double.toString(value);
  }

  /// A histogram, what promtool's text begins with.
  static String printed(double count, double sum) {
    return "count " + count + " sum " + sum;
  }

  /// What was made until now: samples by time, by series, from `mint` to before `maxt`, ms.
  Map<Map<String, String>, SortedMap<Long, Sent>> sent(long mint, long maxt) {
    var part = new HashMap<Map<String, String>, SortedMap<Long, Sent>>();
    sent.forEach((labels, samples) -> {
      var within = new TreeMap<>(samples.subMap(mint, maxt));
      if (!within.isEmpty()) {
        part.put(labels, within);
      }
    });
    return part;
  }
}
