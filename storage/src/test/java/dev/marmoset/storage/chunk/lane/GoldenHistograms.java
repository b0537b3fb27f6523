package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.GoldenChunk;
import dev.marmoset.storage.chunk.Json;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// The histograms a golden chunk was fed.
final class GoldenHistograms {
  private GoldenHistograms() {}

  /// Fed sample i of a vector of encoding 2 or 3.
  static HistogramSample sample(GoldenChunk golden, int i) {
    var fed = golden.fed().get(i);
    var hint = ResetHint.byId((int) GoldenChunk.number(fed, "hint").asLong()).orElseThrow();
    var layout = new HistogramLayout((int) GoldenChunk.number(fed, "schema").asLong(),
        doubleBits(GoldenChunk.member(fed, "zt")),
        spans(fed, "ps"), spans(fed, "ns"), numbers(fed, "cv", GoldenHistograms::doubleBits));
    long sum = Long.parseUnsignedLong(GoldenChunk.string(fed, "sumbits"), 16);
    if (golden.encoding() == 2) {
      return new Histogram(hint, layout, GoldenChunk.number(fed, "count").asLong(),
          GoldenChunk.number(fed, "zc").asLong(), sum,
          new Buckets(numbers(fed, "pb", GoldenHistograms::asLong),
              numbers(fed, "nb", GoldenHistograms::asLong)));
    }
    return new FloatHistogram(hint, layout, doubleBits(GoldenChunk.member(fed, "count")),
        doubleBits(GoldenChunk.member(fed, "zc")), sum,
        new Buckets(numbers(fed, "pb", GoldenHistograms::doubleBits),
            numbers(fed, "nb", GoldenHistograms::doubleBits)));
  }

  private static Spans spans(Map<String, Object> fed, String name) {
    var spans = GoldenChunk.member(fed, name);
    if (spans == Json.Null.NULL) {
      return Spans.NONE;
    }
    var pairs = GoldenChunk.objects(spans).stream()
        .flatMapToInt(span -> IntStream.of((int) GoldenChunk.number(span, "Offset").asLong(),
            (int) GoldenChunk.number(span, "Length").asLong()))
        .toArray();
    return Spans.of(pairs);
  }

  private static long[] numbers(Map<String, Object> fed, String name, ToLongFunction<Object> bits) {
    var list = GoldenChunk.member(fed, name);
    return list == Json.Null.NULL ? new long[0]
        : ((List<?>) list).stream().mapToLong(bits::applyAsLong).toArray();
  }

  private static long asLong(Object number) {
    return ((Json.Num) number).asLong();
  }

  private static long doubleBits(Object number) {
    return Double.doubleToRawLongBits(((Json.Num) number).asDouble());
  }
}
