package dev.marmoset.storage.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.chunk.lane.HistogramOrder;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.head.late.LateRows;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.entry.LogBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Promise 2: any permutation and duplication of the same samples gives the same chunks, byte for byte.
class HeadPropertyTest {
  private static final Labels LABELS = Labels.of("__name__", "m", "job", "a");
  private static final long[] SPECIAL =
      {0, 1L << 63, 0x7ff0000000000002L, 0x7ff8000000000001L, 0x7ff8000000000000L,
        0x7ff0000000000000L, 0xfff0000000000000L, 1, -1L, Double.doubleToRawLongBits(1.5),
        Double.doubleToRawLongBits(-3)};

  @TempDir
  Path directory;

  /// @param histogram `null` for a float
  private record Sample(long t, long bits, @Nullable HistogramSample histogram) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyOrderOfFloatsGivesTheSameChunks(long seed) throws IOException {
    checkPermutations(seed, 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void anyOrderOfFloatsAndHistogramsGivesTheSameChunks(long seed) throws IOException {
    checkPermutations(seed, 0.3);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void manyLateSamplesGoThroughRunsAndTheirMerges(long seed) throws IOException {
    var random = new Random(seed);
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < LateRows.BATCH_ROWS * (LateRows.FAN_IN + 2); i++) {
      samples.add(new Sample(HeadFixture.NOW - random.nextInt(7_000_000),
          Double.doubleToRawLongBits(random.nextInt(5)), null));
    }
    List<Chunk> expected = encode(samples);
    try (var fixture = fixture("runs", Long.MAX_VALUE)) {
      int id = fixture.series("__name__", "m", "job", "a");
      feed(fixture, id, samples, random);
      assertThat(fixture.head.windows.all())
          .anySatisfy(window -> assertThat(window.late().runs()).isBetween(1, LateRows.FAN_IN));
      assertSame(fixture.chunks(LABELS, TimeRange.ALL), expected);
    }
  }

  @Test
  void floatBetweenAnOpenChunkAndANewerHistogramJoinsTheChunk() throws IOException {
    var random = new Random(1);
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 10; i++) {
      samples.add(new Sample(HeadFixture.NOW + i, i, null));
    }
    samples.add(new Sample(HeadFixture.NOW + 20, 0, histogram(random)));
    samples.add(new Sample(HeadFixture.NOW + 15, 7, null));
    try (var fixture = fixture("between", Long.MAX_VALUE)) {
      int id = fixture.series("__name__", "m", "job", "a");
      for (Sample sample : samples) {
        feed(fixture, id, List.of(sample), random);
      }
      assertSame(fixture.chunks(LABELS, TimeRange.ALL), encode(samples));
    }
  }

  private void checkPermutations(long seed, double histogramShare) throws IOException {
    var random = new Random(seed);
    List<Sample> samples = samples(random, histogramShare);
    List<Chunk> expected = encode(samples);
    for (int permutation = 0; permutation < 6; permutation++) {
      // No budget at all: every full segment of an open chunk is spilled.
      long budget = permutation % 2 == 0 ? Long.MAX_VALUE : 0;
      try (var fixture = fixture(seed + "-" + permutation, budget)) {
        int other = fixture.series("__name__", "other");
        int id = fixture.series("__name__", "m", "job", "a");
        fixture.applyFloat(other, HeadFixture.NOW, 1);
        feed(fixture, id, samples, random);
        assertSame(fixture.chunks(LABELS, TimeRange.ALL), expected);
      }
      disorder(samples, permutation, random);
    }
  }

  private HeadFixture fixture(String name, long budget) throws IOException {
    return new HeadFixture(Files.createDirectory(directory.resolve(name)), budget);
  }

  /// Ascending first, then with ever more displaced samples, at last in any order and with repetitions.
  private static void disorder(List<Sample> samples, int permutation, Random random) {
    switch (permutation) {
      case 0 -> samples.sort((a, b) -> Long.compare(a.t(), b.t()));
      case 1 -> Collections.swap(samples, random.nextInt(samples.size()), random.nextInt(samples.size()));
      case 2 -> Collections.reverse(samples);
      default -> {
        Collections.shuffle(samples, random);
        samples.addAll(samples.subList(0, samples.size() / 3));
      }
    }
  }

  private static List<Sample> samples(Random random, double histogramShare) {
    var samples = new ArrayList<Sample>();
    long t = HeadFixture.NOW - 3 * ChunkCut.WINDOW_MS + random.nextInt(10_000_000);
    int n = 50 + random.nextInt(900);
    for (int i = 0; i < n; i++) {
      t += random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(30_000);
      if (random.nextDouble() < histogramShare) {
        samples.add(new Sample(t, 0, histogram(random)));
      } else {
        boolean special = random.nextInt(4) == 0;
        samples.add(new Sample(t,
            special ? SPECIAL[random.nextInt(SPECIAL.length)] : Double.doubleToRawLongBits(i), null));
      }
    }
    return samples;
  }

  private static HistogramSample histogram(Random random) {
    int n = 1 + random.nextInt(4);
    long[] deltas = new long[n];
    long count = 0;
    long bucket = 0;
    for (int i = 0; i < n; i++) {
      long next = 1 + random.nextInt(20);
      deltas[i] = next - bucket;
      bucket = next;
      count += next;
    }
    boolean stale = random.nextInt(12) == 0;
    ResetHint hint = ResetHint.byId(random.nextInt(3)).orElseThrow();
    long sum = stale ? HistogramSample.STALE_SUM_BITS : Double.doubleToRawLongBits(count);
    return new Histogram(hint,
        new HistogramLayout(0, 0, Spans.of(random.nextInt(3), n), Spans.NONE, new long[0]), count, 0,
        sum, new Buckets(deltas, new long[0]));
  }

  private static void feed(HeadFixture fixture, int id, List<Sample> samples, Random random) {
    int at = 0;
    while (at < samples.size()) {
      var batch = new LogBatch();
      int end = Math.min(samples.size(), at + 1 + random.nextInt(400));
      for (; at < end; at++) {
        Sample sample = samples.get(at);
        if (sample.histogram() == null) {
          batch.add(id, sample.t(), sample.bits());
        } else {
          batch.addHistogram(id, sample.t(), sample.histogram());
        }
      }
      fixture.head.apply(batch);
    }
  }

  /// The chunks that the samples must give: the naive model.
  private static List<Chunk> encode(List<Sample> samples) {
    var lane = new TreeMap<Long, Sample>();
    for (Sample sample : samples) {
      lane.merge(sample.t(), sample, HeadPropertyTest::kept);
    }
    var encoder = new WindowEncoder();
    lane.forEach((t, sample) -> {
      if (sample.histogram() == null) {
        encoder.add(t, sample.bits());
      } else {
        encoder.add(t, sample.histogram());
      }
    });
    return encoder.finish();
  }

  private static Sample kept(Sample a, Sample b) {
    if (rank(a) != rank(b)) {
      return rank(a) > rank(b) ? a : b;
    }
    HistogramSample left = a.histogram();
    HistogramSample right = b.histogram();
    if (left == null || right == null) {
      return ConflictRule.winner(a.bits(), b.bits()) == a.bits() ? a : b;
    }
    return Arrays.compareUnsigned(HistogramOrder.canonicalBytes(left).data(),
        HistogramOrder.canonicalBytes(right).data()) >= 0 ? a : b;
  }

  private static int rank(Sample sample) {
    if (sample.histogram() == null) {
      return ConflictRule.rank(sample.bits());
    }
    return sample.histogram().isStale() ? ConflictRule.STALE_HISTOGRAM : ConflictRule.HISTOGRAM;
  }

  private static void assertSame(List<Chunk> actual, List<Chunk> expected) {
    assertThat(HeadFixture.decode(actual).keySet()).isEqualTo(HeadFixture.decode(expected).keySet());
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).encoding()).isEqualTo(expected.get(i).encoding());
      assertThat(actual.get(i).minTime()).isEqualTo(expected.get(i).minTime());
      assertThat(actual.get(i).maxTime()).isEqualTo(expected.get(i).maxTime());
      assertThat(actual.get(i).data()).isEqualTo(expected.get(i).data());
    }
  }
}
