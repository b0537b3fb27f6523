package dev.marmoset.ingest;

import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The same series and samples as a message of either version, by the generated classes.
final class Messages {
  private record Series(List<String> labels, List<long[]> samples) {}

  private final List<Series> series = new ArrayList<>();

  /// Begins a series; names and values alternate, in the order in which they are to be sent.
  Messages series(String... labels) {
    series.add(new Series(List.of(labels), new ArrayList<>()));
    return this;
  }

  /// Begins a series that is named and has no other label.
  Messages metric(String name) {
    return series("__name__", name);
  }

  /// Adds a sample to the series begun last.
  Messages sample(long t, double value) {
    return bits(t, Double.doubleToRawLongBits(value));
  }

  Messages bits(long t, long bits) {
    series.getLast().samples.add(new long[] {t, bits});
    return this;
  }

  WriteRequest v1() {
    var request = WriteRequest.newBuilder();
    for (Series s : series) {
      var message = TimeSeries.newBuilder();
      for (int i = 0; i < s.labels.size(); i += 2) {
        message.addLabels(Label.newBuilder().setName(s.labels.get(i)).setValue(s.labels.get(i + 1)));
      }
      for (long[] sample : s.samples) {
        message.addSamples(
            Sample.newBuilder().setTimestamp(sample[0]).setValue(Double.longBitsToDouble(sample[1])));
      }
      request.addTimeseries(message);
    }
    return request.build();
  }

  Request v2() {
    var symbols = new LinkedHashMap<String, Integer>(Map.of("", 0));
    var request = Request.newBuilder();
    for (Series s : series) {
      var message = dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder();
      for (String text : s.labels) {
        symbols.putIfAbsent(text, symbols.size());
        message.addLabelsRefs(symbols.getOrDefault(text, 0));
      }
      for (long[] sample : s.samples) {
        message.addSamples(dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(sample[0])
            .setValue(Double.longBitsToDouble(sample[1])));
      }
      request.addTimeseries(message);
    }
    return request.addAllSymbols(symbols.keySet()).build();
  }
}
