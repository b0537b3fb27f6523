package dev.marmoset.conformance;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.marmoset.proto.prometheus.Exemplar;
import dev.marmoset.proto.prometheus.Histogram;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Metadata;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One request, as a message of either version by the generated classes. One thread.
final class Body {
  private final List<TimeSeries.Builder> series = new ArrayList<>();
  private final Map<Integer, Integer> types = new LinkedHashMap<>();

  /// Begins a series; names and values alternate, in the order in which they are to be sent.
  Body series(String... labels) {
    var next = TimeSeries.newBuilder();
    for (int i = 0; i < labels.length; i += 2) {
      next.addLabels(Label.newBuilder().setName(labels[i]).setValue(labels[i + 1]));
    }
    series.add(next);
    return this;
  }

  /// Begins a series with a name and no other label.
  Body metric(String name) {
    return series("__name__", name);
  }

  /// Adds a sample to the series begun last.
  Body sample(long t, double value) {
    series.getLast().addSamples(Sample.newBuilder().setTimestamp(t).setValue(value));
    return this;
  }

  Body bits(long t, long bits) {
    return sample(t, Double.longBitsToDouble(bits));
  }

  Body histogram(Histogram.Builder histogram) {
    series.getLast().addHistograms(histogram);
    return this;
  }

  /// Adds an exemplar of value 2 to the series begun last.
  Body exemplar(long t, String... labels) {
    var exemplar = Exemplar.newBuilder().setTimestamp(t).setValue(2);
    for (int i = 0; i < labels.length; i += 2) {
      exemplar.addLabels(Label.newBuilder().setName(labels[i]).setValue(labels[i + 1]));
    }
    series.getLast().addExemplars(exemplar);
    return this;
  }

  /// Gives the series begun last metadata, in 2.0.
  Body metadata(int type) {
    types.put(series.size() - 1, type);
    return this;
  }

  WriteRequest v1() {
    var request = WriteRequest.newBuilder();
    series.forEach(request::addTimeseries);
    return request.build();
  }

  /// The same in 2.0; what the versions share has the same bytes.
  Request v2() {
    var symbols = new LinkedHashMap<String, Integer>(Map.of("", 0));
    var request = Request.newBuilder();
    try {
      for (int i = 0; i < series.size(); i++) {
        TimeSeries.Builder from = series.get(i);
        var to = dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder();
        from.getLabelsList().forEach(label -> {
          to.addLabelsRefs(symbol(symbols, label.getName()));
          to.addLabelsRefs(symbol(symbols, label.getValue()));
        });
        for (Sample sample : from.getSamplesList()) {
          to.addSamples(dev.marmoset.proto.prometheus.writev2.Sample.parseFrom(sample.toByteString()));
        }
        for (Histogram histogram : from.getHistogramsList()) {
          to.addHistograms(
              dev.marmoset.proto.prometheus.writev2.Histogram.parseFrom(histogram.toByteString()));
        }
        for (Exemplar exemplar : from.getExemplarsList()) {
          var next = dev.marmoset.proto.prometheus.writev2.Exemplar.newBuilder()
              .setTimestamp(exemplar.getTimestamp()).setValue(exemplar.getValue());
          exemplar.getLabelsList().forEach(label -> {
            next.addLabelsRefs(symbol(symbols, label.getName()));
            next.addLabelsRefs(symbol(symbols, label.getValue()));
          });
          to.addExemplars(next);
        }
        if (types.containsKey(i)) {
          to.setMetadata(Metadata.newBuilder().setTypeValue(types.getOrDefault(i, 0)));
        }
        request.addTimeseries(to);
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("messages of both versions differ on the wire", e);
    }
    return request.addAllSymbols(symbols.keySet()).build();
  }

  private static int symbol(Map<String, Integer> symbols, String text) {
    return symbols.computeIfAbsent(text, _ -> symbols.size());
  }
}
