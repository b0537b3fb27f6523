package dev.marmoset.storage.chunk.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.Histograms;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The union of lanes is what one lane of all their samples would be, byte for byte.
class LaneUnionPropertyTest {
  private static final long BEGIN = 1_700_000_000_000L;

  /// A sample of any kind; the histogram is null for a float.
  private record Point(long t, long valueBits, @Nullable HistogramSample histogram) {
    int rank() {
      return histogram == null ? ConflictRule.rank(valueBits)
          : histogram.isStale() ? ConflictRule.STALE_HISTOGRAM : ConflictRule.HISTOGRAM;
    }
  }

  @Property
  void equalsTheLaneOfAllSamples(@ForAll long seed, @ForAll @IntRange(min = 1, max = 500) int length,
      @ForAll @IntRange(min = 1, max = 5) int lanes) throws IOException {
    var random = new Random(seed);
    var all = new TreeMap<Long, Point>();
    var parts = new ArrayList<TreeMap<Long, Point>>();
    for (int i = 0; i < lanes; i++) {
      parts.add(new TreeMap<>());
    }
    // Few switches of lane leave full chunks whole, many shred them.
    int calm = random.nextBoolean() ? 3 : 200;
    int lane = 0;
    for (Point point : points(seed, length)) {
      lane = random.nextInt(calm) == 0 ? random.nextInt(lanes) : lane;
      put(point, all, parts.get(lane));
      if (random.nextInt(10) == 0) {
        put(point, all, parts.get(random.nextInt(lanes)));
      }
      if (random.nextInt(10) == 0) {
        put(new Point(point.t(), Double.doubleToRawLongBits(random.nextInt(3)), null), all,
            parts.get(random.nextInt(lanes)));
      }
    }
    assertThat(LaneUnion.merge(parts.stream().map(LaneUnionPropertyTest::encode).toList()))
        .isEqualTo(encode(all));
  }

  @Test
  void chunksThatNobodyRivalsAreNotEvenCopied() throws IOException {
    var early = new TreeMap<Long, Point>();
    var late = new TreeMap<Long, Point>();
    for (int i = 0; i < 300; i++) {
      long t = 1_699_999_200_000L + i * 1000L;
      (i < 290 ? early : late).put(t, new Point(t, i, null));
    }
    List<Chunk> lane = encode(early);
    List<Chunk> union = LaneUnion.merge(List.of(lane, encode(late)));
    assertThat(union).hasSize(3);
    assertThat(union.get(0)).isSameAs(lane.get(0));
    assertThat(union.get(1)).isSameAs(lane.get(1));
  }

  /// Comparing would not find it again. What is both announced and found is not told apart in a chunk.
  @Test
  void aResetThatOnlyItsSenderKnowsOfSurvives() throws IOException {
    var all = new TreeMap<Long, Point>();
    var even = new TreeMap<Long, Point>();
    var odd = new TreeMap<Long, Point>();
    for (int i = 0; i < 60; i++) {
      var grown = Histograms.counter(Spans.of(0, 2), 10 + i, 20 + i);
      var point = new Point(BEGIN + i * 1000L, 0, i == 31 ? announced(grown) : grown);
      put(point, all, i % 2 == 0 ? even : odd);
    }
    assertThat(encode(all)).hasSize(2);
    assertThat(LaneUnion.merge(List.of(encode(even), encode(odd)))).isEqualTo(encode(all));
  }

  private static void put(Point point, TreeMap<Long, Point> all, TreeMap<Long, Point> part) {
    all.merge(point.t(), point, LaneUnionPropertyTest::winner);
    part.merge(point.t(), point, LaneUnionPropertyTest::winner);
  }

  private static Point winner(Point a, Point b) {
    if (a.rank() != b.rank()) {
      return a.rank() > b.rank() ? a : b;
    }
    if (a.histogram() == null || b.histogram() == null) {
      return ConflictRule.winner(a.valueBits(), b.valueBits()) == a.valueBits() ? a : b;
    }
    return HistogramOrder.compare(HistogramOrder.canonicalBytes(a.histogram()),
        HistogramOrder.canonicalBytes(b.histogram())) >= 0 ? a : b;
  }

  private static List<Point> points(long seed, int length) {
    var random = new Random(seed);
    var points = new ArrayList<Point>();
    var whole = HistogramRuns.run(seed, length, false);
    var parts = HistogramRuns.run(seed, length, true);
    long t = BEGIN;
    int kind = random.nextInt(3);
    for (int i = 0; i < length; i++) {
      t += random.nextInt(20) == 0 ? random.nextInt(1, 4_000_000) : 15_000;
      kind = random.nextInt(60) == 0 ? random.nextInt(3) : kind;
      points.add(switch (kind) {
        case 0 ->
          new Point(t, random.nextBoolean() ? random.nextLong() : Double.doubleToRawLongBits(i), null);
        case 1 -> new Point(t, 0, whole.get(i));
        default -> new Point(t, 0, parts.get(i));
      });
    }
    return points;
  }

  private static HistogramSample announced(HistogramSample sample) {
    return new Histogram(ResetHint.RESET, sample.layout(), sample.count(), sample.zeroCount(),
        sample.sumBits(),
        sample.buckets());
  }

  private static List<Chunk> encode(TreeMap<Long, Point> points) {
    var encoder = new WindowEncoder();
    for (Point point : points.values()) {
      if (point.histogram() == null) {
        encoder.add(point.t(), point.valueBits());
      } else {
        encoder.add(point.t(), point.histogram());
      }
    }
    return encoder.finish();
  }
}
