package dev.marmoset.storage.chunk.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.GoldenChunk;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Histogram chunks against those of Prometheus 3.14.
class HistogramGoldenTest {
  static List<GoldenChunk> vectors() {
    return GoldenChunk.all().stream().filter(golden -> golden.encoding() != ChunkEncoding.XOR.id()).toList();
  }

  @Test
  void theFileHasAllVectors() {
    assertThat(vectors()).hasSize(12);
  }

  /// The list a vector and its continuations were fed, and all chunks that came out.
  @ParameterizedTest
  @CsvSource({"hist/basic,1", "hist/recode,1", "hist/reset,2", "hist/stale,2", "hist/gauge,1",
    "hist/zt_pow2,1", "hist/zt_zero,1",
    "hist/custom,1", "fhist/basic,1", "fhist/custom,1"})
  void encodesTheSameBytesAndCutsAtTheSamePlaces(String name, int chunks) {
    var family = vectors().stream()
        .filter(golden -> golden.name().equals(name) || golden.name().startsWith(name + "/next")).toList();
    assertThat(family).hasSize(chunks);
    var encoded = encode(family);
    assertThat(encoded.stream().map(chunk -> HexFormat.of().formatHex(chunk.data())).toList())
        .isEqualTo(family.stream().map(GoldenChunk::hex).toList());
    assertThat(encoded.stream().map(Chunk::sampleCount).toList())
        .isEqualTo(family.stream().map(GoldenChunk::count).toList());
  }

  private static List<Chunk> encode(List<GoldenChunk> family) {
    var appender = new HistogramAppender(encoding(family.getFirst()));
    var chunks = new ArrayList<Chunk>();
    for (var golden : family) {
      for (int i = 0; i < golden.fed().size(); i++) {
        var sample = GoldenHistograms.sample(golden, i);
        if (appender.count() == 0) {
          appender.begin(ResetFlag.ofFirst(sample.resetHint()), golden.time(i), sample);
        } else if (appender.append(golden.time(i), sample) instanceof AppendOutcome.NewChunk(var flag)) {
          chunks.add(appender.chunk());
          appender.begin(flag, golden.time(i), sample);
        }
      }
    }
    chunks.add(appender.chunk());
    return chunks;
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void decodesTheSameSamples(GoldenChunk golden) {
    var data = golden.data();
    var samples = new HistogramIterator().reset(encoding(golden), data, 0, data.length);
    for (int i = 0; i < golden.count(); i++) {
      assertThat(samples.next()).isTrue();
      assertThat(samples.time()).isEqualTo(golden.time(i));
      assertSame(samples.histogram(), GoldenHistograms.sample(golden, i));
    }
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isEmpty();
  }

  /// Where both are samples of the same kind: equal but for hint and spans, bucket by index.
  private static void assertSame(HistogramSample decoded, HistogramSample fed) {
    assertThat(decoded.sumBits()).isEqualTo(fed.sumBits());
    var expected = fed.canonical();
    var actual = decoded.canonical();
    assertThat(actual.count()).isEqualTo(expected.count());
    assertThat(actual.zeroCount()).isEqualTo(expected.zeroCount());
    assertThat(actual.layout()).isEqualTo(expected.layout());
    assertThat(actual.buckets()).isEqualTo(expected.buckets());
  }

  @Test
  void flagsAreThoseOfTheFacts() {
    var flags = Map.of("hist/reset/next1", ResetFlag.RESET, "hist/stale/next1", ResetFlag.UNKNOWN,
        "hist/gauge", ResetFlag.GAUGE);
    for (var golden : vectors()) {
      var data = golden.data();
      var samples = new HistogramIterator().reset(encoding(golden), data, 0, data.length);
      assertThat(samples.flag()).as(golden.name())
          .isEqualTo(flags.getOrDefault(golden.name(), ResetFlag.UNKNOWN));
    }
  }

  private static ChunkEncoding encoding(GoldenChunk golden) {
    return ChunkEncoding.byId(golden.encoding()).orElseThrow();
  }
}
