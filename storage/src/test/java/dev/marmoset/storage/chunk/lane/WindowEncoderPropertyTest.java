package dev.marmoset.storage.chunk.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.Histograms;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// The chunks of a lane are a function of its samples, not of the way they came.
class WindowEncoderPropertyTest {
  /// A sample of any kind.
  private sealed interface Point {
    record Float(long t, long valueBits) implements Point {}

    record Native(long t, HistogramSample sample) implements Point {}
  }

  @Property
  void chunksAreDisjointFullAndInsideOneWindow(@ForAll long seed,
      @ForAll @IntRange(min = 1, max = 600) int length) {
    var chunks = encode(points(seed, length));
    for (int i = 0; i < chunks.size(); i++) {
      var chunk = chunks.get(i);
      assertThat(chunk.sampleCount()).isBetween(1, ChunkCut.MAX_SAMPLES);
      assertThat(ChunkCut.windowStart(chunk.minTime())).isEqualTo(ChunkCut.windowStart(chunk.maxTime()));
      if (i > 0) {
        assertThat(chunk.minTime()).isGreaterThan(chunks.get(i - 1).maxTime());
      }
    }
    assertThat(chunks.stream().mapToInt(Chunk::sampleCount).sum()).isEqualTo(length);
  }

  @Property
  void decodingAndEncodingAgainGivesTheSameBytes(@ForAll long seed,
      @ForAll @IntRange(min = 1, max = 600) int length) {
    var chunks = encode(points(seed, length));
    assertThat(encode(decode(chunks))).isEqualTo(chunks);
  }

  @Property
  void aSampleThatCameOutOfAnotherChunkIsAsGoodAsTheOriginal(@ForAll long seed,
      @ForAll @IntRange(min = 2, max = 400) int length,
      @ForAll @IntRange(max = 400) int late, @ForAll boolean cutting) {
    // What a late sample does: everything after it moves by one, across the cuts that were made without it.
    var all = points(seed, length);
    int at = late % length;
    if (cutting) {
      all.set(at, stale(all.get(at)));
    }
    var without = new ArrayList<>(all);
    var point = without.remove(at);
    var merged = new ArrayList<>(decode(encode(without)));
    merged.add(at, point);
    assertThat(encode(merged)).isEqualTo(encode(all));
  }

  /// A marker in place of a histogram: it ends the chunk, and what follows may lack buckets the chunk would have got.
  private static Point stale(Point point) {
    return switch (point) {
      case Point.Float _ -> point;
      case Point.Native(var t, Histogram _) -> new Point.Native(t, Histograms.stale(ResetHint.UNKNOWN));
      case Point.Native(var t, FloatHistogram _) -> new Point.Native(t, Histograms.floatStale());
    };
  }

  private static List<Point> points(long seed, int length) {
    var random = new Random(seed);
    var points = new ArrayList<Point>();
    var whole = HistogramRuns.run(seed, length, false);
    var parts = HistogramRuns.run(seed, length, true);
    long t = 1_700_000_000_000L;
    int kind = random.nextInt(3);
    for (int i = 0; i < length; i++) {
      t += random.nextInt(20) == 0 ? random.nextInt(1, 4_000_000) : 15_000;
      kind = random.nextInt(60) == 0 ? random.nextInt(3) : kind;
      points.add(switch (kind) {
        case 0 ->
          new Point.Float(t, random.nextBoolean() ? random.nextLong() : Double.doubleToRawLongBits(i));
        case 1 -> new Point.Native(t, whole.get(i));
        default -> new Point.Native(t, parts.get(i));
      });
    }
    return points;
  }

  private static List<Chunk> encode(List<Point> points) {
    var encoder = new WindowEncoder();
    for (var point : points) {
      switch (point) {
        case Point.Float(var t, var valueBits) -> encoder.add(t, valueBits);
        case Point.Native(var t, var sample) -> encoder.add(t, sample);
      }
    }
    return encoder.finish();
  }

  private static List<Point> decode(List<Chunk> chunks) {
    var points = new ArrayList<Point>();
    for (var chunk : chunks) {
      if (chunk.encoding() == ChunkEncoding.XOR) {
        var samples = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
        while (samples.next()) {
          points.add(new Point.Float(samples.time(), samples.valueBits()));
        }
      } else {
        var samples = new HistogramIterator().reset(chunk.encoding(), chunk.data(), 0, chunk.data().length);
        while (samples.next()) {
          points.add(new Point.Native(samples.time(), samples.histogram()));
        }
      }
    }
    return points;
  }
}
