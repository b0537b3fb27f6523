package dev.marmoset.e2e;

import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/// Writes as fast as it is answered, until nobody answers any more, and keeps what was sent and what was acknowledged.
///
/// One thread; its result may be read when [#call()] has returned.
final class RecordingWriter implements Callable<RecordingWriter.Record> {
  private static final int SERIES = 4;
  private static final int SAMPLES = 10;
  private static final int NO_CONTENT = 204;
  private static final int UNAVAILABLE = 503;

  private final RemoteWriteSender sender;
  private final Map<String, String> labels;
  private final long start;
  private final long step;
  private final AtomicInteger acknowledgedRequests;
  private final SplittableRandom random;

  /// What happened to the samples: value bits by time in ms, by label set. Acknowledged ones are in `sent` too.
  record Record(Map<Map<String, String>, NavigableMap<Long, Long>> sent,
      Map<Map<String, String>, NavigableMap<Long, Long>> acknowledged) {
    static Record empty() {
      return new Record(new HashMap<>(), new HashMap<>());
    }

    /// Takes over what another writer, with other series, recorded.
    void add(Record other) {
      sent.putAll(other.sent);
      acknowledged.putAll(other.acknowledged);
    }
  }

  /// @param labels               of all its series; label `series` is added
  /// @param start                time of the first sample, ms since the epoch
  /// @param step                 from one sample to the next, ms; negative: each is older than the one before
  /// @param acknowledgedRequests counts 204s, shared with others
  RecordingWriter(RemoteWriteSender sender, Map<String, String> labels, long start, long step,
      AtomicInteger acknowledgedRequests) {
    this.sender = sender;
    this.labels = Map.copyOf(labels);
    this.start = start;
    this.step = step;
    this.acknowledgedRequests = acknowledgedRequests;
    this.random = new SplittableRandom(start + labels.hashCode());
  }

  /// @throws IllegalStateException if an answer is neither "stored" nor "not now"
  @Override
  public Record call() throws InterruptedException {
    var record = Record.empty();
    for (int request = 0;; request++) {
      var samples = samples(start + (long) request * SAMPLES * step);
      samples.forEach((series, added) -> put(record.sent, series, added));
      int status;
      try {
        status = sender.send(request(samples));
      } catch (IOException _) {
        return record; // the store is gone
      }
      switch (status) {
        case NO_CONTENT -> {
          samples.forEach((series, added) -> put(record.acknowledged, series, added));
          int _ = acknowledgedRequests.incrementAndGet();
        }
        case UNAVAILABLE -> {}
        default -> throw new IllegalStateException("writing " + labels + ": answered " + status);
      }
    }
  }

  private static void put(Map<Map<String, String>, NavigableMap<Long, Long>> target,
      Map<String, String> series,
      Map<Long, Long> added) {
    target.computeIfAbsent(series, _ -> new TreeMap<>()).putAll(added);
  }

  /// The next samples of every series.
  private Map<Map<String, String>, NavigableMap<Long, Long>> samples(long from) {
    var samples = new HashMap<Map<String, String>, NavigableMap<Long, Long>>();
    for (int series = 0; series < SERIES; series++) {
      var values = new TreeMap<Long, Long>();
      for (int i = 0; i < SAMPLES; i++) {
        var _ = values.put(from + i * step, Double.doubleToRawLongBits(random.nextDouble()));
      }
      var named = new HashMap<>(labels);
      named.put("series", Integer.toString(series));
      samples.put(Map.copyOf(named), values);
    }
    return samples;
  }

  private static WriteRequest request(Map<Map<String, String>, NavigableMap<Long, Long>> samples) {
    var request = WriteRequest.newBuilder();
    samples.forEach((series, values) -> {
      var timeSeries = TimeSeries.newBuilder();
      new TreeMap<>(series).forEach((name, value) -> timeSeries
          .addLabels(Label.newBuilder().setName(name).setValue(value)));
      values.forEach((t, bits) -> timeSeries
          .addSamples(Sample.newBuilder().setTimestamp(t).setValue(Double.longBitsToDouble(bits))));
      request.addTimeseries(timeSeries);
    });
    return request.build();
  }
}
