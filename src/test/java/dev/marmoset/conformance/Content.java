package dev.marmoset.conformance;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Chunk;
import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.StoreGrpc;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.chunk.lane.HistogramIterator;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything a store serves, as a querier sees it: samples as texts by time in ms, by label set.
///
/// A float is its 64 bits in hexadecimal; a histogram is what [#text(HistogramSample)] says.
public record Content(Map<Map<String, String>, SortedMap<Long, String>> series) {
  /// Asks for all series at all times.
  ///
  /// @throws IllegalStateException if the answer is not what the StoreAPI promises
  static Content of(Channel channel) {
    return of(channel, 0, Long.MAX_VALUE);
  }

  /// Asks for all series and what they have from `mint` to `maxt`, ms and inclusive; chunks may reach beyond.
  ///
  /// @throws IllegalStateException if the answer is not what the StoreAPI promises
  public static Content of(Channel channel, long mint, long maxt) {
    var request = SeriesRequest.newBuilder().setMinTime(mint).setMaxTime(maxt)
        .addMatchers(
            LabelMatcher.newBuilder().setType(LabelMatcher.Type.RE).setName("__name__").setValue("(?s).+"))
        .addWithoutReplicaLabels(ConformanceStore.REPLICA_LABEL).build();
    var content = new HashMap<Map<String, String>, SortedMap<Long, String>>();
    StoreGrpc.newBlockingStub(channel).series(request).forEachRemaining(response -> {
      switch (response.getResultCase()) {
        case SERIES -> add(content, response.getSeries());
        case BATCH -> response.getBatch().getSeriesList().forEach(series -> add(content, series));
        case HINTS -> {}
        case WARNING, RESULT_NOT_SET -> throw new IllegalStateException("reading everything: " + response);
      }
    });
    return new Content(content);
  }

  private static void add(Map<Map<String, String>, SortedMap<Long, String>> content, Series series) {
    var labels = new HashMap<String, String>();
    byte[] before = {};
    for (Label label : series.getLabelsList()) {
      byte[] name = label.getNameBytes().toByteArray();
      if (Arrays.compareUnsigned(before, name) >= 0) {
        throw new IllegalStateException(
            "labels are not in the order of their bytes: " + series.getLabelsList());
      }
      before = name;
      labels.put(label.getName(), label.getValue());
    }
    var samples = content.computeIfAbsent(Map.copyOf(labels), _ -> new TreeMap<>());
    for (AggrChunk chunk : series.getChunksList()) {
      if (!samples.isEmpty() && chunk.getMinTime() <= samples.lastKey()) {
        throw new IllegalStateException(
            "chunks of " + labels + " overlap or go back at " + chunk.getMinTime());
      }
      byte[] data = chunk.getRaw().getData().toByteArray();
      if (chunk.getRaw().getType() == Chunk.Encoding.XOR) {
        floats(samples, data);
      } else {
        histograms(samples, chunk.getRaw().getType(), data);
      }
    }
  }

  private static void floats(SortedMap<Long, String> samples, byte[] data) {
    var iterator = new XorIterator().reset(data, 0, data.length);
    while (iterator.next()) {
      samples.put(iterator.time(), bits(iterator.valueBits()));
    }
    iterator.corruption().ifPresent(Content::corrupt);
  }

  private static void histograms(SortedMap<Long, String> samples, Chunk.Encoding type, byte[] data) {
    var encoding = switch (type) {
      case HISTOGRAM -> ChunkEncoding.HISTOGRAM;
      case FLOAT_HISTOGRAM -> ChunkEncoding.FLOAT_HISTOGRAM;
      case XOR, UNRECOGNIZED -> throw new IllegalStateException("reading a chunk of type " + type);
    };
    var iterator = new HistogramIterator().reset(encoding, data, 0, data.length);
    while (iterator.next()) {
      samples.put(iterator.time(), text(iterator.histogram()));
    }
    iterator.corruption().ifPresent(Content::corrupt);
  }

  private static void corrupt(String what) {
    throw new IllegalStateException("reading a chunk: " + what);
  }

  /// A float.
  static String bits(long bits) {
    return "%016x".formatted(bits);
  }

  /// A float.
  public static String of(double value) {
    return bits(Double.doubleToRawLongBits(value));
  }

  /// All its numbers, without empty buckets, e.g. `integer schema 1 count 10 zero 2 sum 3.5 +{-1:1 0:3} -{} bounds []`.
  public static String text(HistogramSample sample) {
    HistogramSample least = sample.canonical();
    if (least.isStale()) {
      return "stale";
    }
    boolean floats = least instanceof FloatHistogram;
    var bounds = new ArrayList<Double>();
    for (long bound : least.layout().customBounds()) {
      bounds.add(Double.longBitsToDouble(bound));
    }
    return (floats ? "float" : "integer") + " schema " + least.layout().schema() + " count "
        + number(floats, least.count()) + " zero " + number(floats, least.zeroCount()) + " sum "
        + Double.longBitsToDouble(least.sumBits()) + " +"
        + side(floats, least.layout().positive(), least.counts(least.buckets().positive())) + " -"
        + side(floats, least.layout().negative(), least.counts(least.buckets().negative())) + " bounds "
        + bounds;
  }

  private static String side(boolean floats, Spans spans, long[] counts) {
    int[] indexes = spans.indexes();
    List<String> buckets = new ArrayList<>();
    for (int i = 0; i < indexes.length; i++) {
      buckets.add(indexes[i] + ":" + number(floats, counts[i]));
    }
    return "{" + String.join(" ", buckets) + "}";
  }

  private static String number(boolean floats, long number) {
    return floats ? Double.toString(Double.longBitsToDouble(number)) : Long.toString(number);
  }
}
