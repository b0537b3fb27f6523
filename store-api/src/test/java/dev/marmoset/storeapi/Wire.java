package dev.marmoset.storeapi;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reading and writing of wire messages in tests.
final class Wire {
  private static final Pattern MATCHER = Pattern.compile("([^=!~]+)(=~|!~|!=|=)\"?(.*?)\"?");

  private Wire() {}

  /// Matchers in the usual notation, `, ` between them; quotes may be left out.
  static List<LabelMatcher> matchers(String selector) {
    return selector.isEmpty() ? List.of() : Arrays.stream(selector.split(", ")).map(Wire::matcher).toList();
  }

  private static LabelMatcher matcher(String text) {
    Matcher parts = MATCHER.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a matcher: " + text);
    }
    LabelMatcher.Type type = switch (parts.group(2)) {
      case "=" -> LabelMatcher.Type.EQ;
      case "!=" -> LabelMatcher.Type.NEQ;
      case "=~" -> LabelMatcher.Type.RE;
      default -> LabelMatcher.Type.NRE;
    };
    return LabelMatcher.newBuilder().setType(type).setName(parts.group(1)).setValue(parts.group(3)).build();
  }

  static Labels labels(Series series) {
    return Labels.of(series.getLabelsList().stream().map(l -> new Label(l.getName(), l.getValue())).toList());
  }

  /// The series of an answer in order, plain or batched, as a querier unpacks them.
  static List<Series> unpacked(List<SeriesResponse> messages) {
    var series = new ArrayList<Series>();
    for (SeriesResponse message : messages) {
      switch (message.getResultCase()) {
        case SERIES -> series.add(message.getSeries());
        case BATCH -> series.addAll(message.getBatch().getSeriesList());
        case WARNING, HINTS, RESULT_NOT_SET -> throw new AssertionError("unexpected message " + message);
      }
    }
    return series;
  }

  /// Time → raw value bits of all samples of XOR chunks.
  static TreeMap<Long, Long> samples(List<AggrChunk> chunks) {
    var samples = new TreeMap<Long, Long>();
    var cursor = new XorIterator();
    for (AggrChunk chunk : chunks) {
      byte[] data = chunk.getRaw().getData().toByteArray();
      cursor.reset(data, 0, data.length);
      while (cursor.next()) {
        samples.put(cursor.time(), cursor.valueBits());
      }
      if (cursor.corruption().isPresent()) {
        throw new AssertionError(cursor.corruption().get());
      }
    }
    return samples;
  }

  /// A chunk as it arrives at a querier.
  static AggrChunk received(Chunk chunk) {
    long hash = AggrChunks.hash(chunk);
    byte[] field = new byte[AggrChunks.size(chunk, hash)];
    if (AggrChunks.write(field, 0, chunk, hash) != field.length) {
      throw new AssertionError("size and write disagree about " + chunk);
    }
    try {
      return Series.parseFrom(field).getChunks(0);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /// Number of samples that a chunk states.
  static int count(AggrChunk chunk) {
    return (chunk.getRaw().getData().byteAt(0) & 0xFF) << 8 | (chunk.getRaw().getData().byteAt(1) & 0xFF);
  }
}
