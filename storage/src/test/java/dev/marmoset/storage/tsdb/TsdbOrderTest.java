package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Promise 2 through the whole store: floats and histograms of one series, sent in any order, in any split, repeated, with
/// crashes and restarts in between, end in the same chunks, byte for byte.
class TsdbOrderTest {
  private static final byte[] REGION = LabelRegion.encode(Labels.of("__name__", "m", "job", "a"));
  private static final long[] SPECIAL =
      {0x7ff0000000000002L, 0x7ff8000000000001L, 0x7ff0000000000000L, 1L << 63, 1};

  @TempDir
  Path directory;

  private record Sample(long t, long bits, @Nullable HistogramSample histogram) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyOrderWithCrashesInBetweenEndsInTheSameChunks(long seed) throws IOException {
    var random = new Random(seed);
    List<Sample> samples = samples(random);
    List<Chunk> inOrder;
    try (var store = open("ordered")) {
      send(store, samples);
      inOrder = chunks(store);
    }
    samples.addAll(samples.subList(0, 200));
    Collections.shuffle(samples, random);
    try (var store = open("shuffled")) {
      int at = 0;
      while (at < samples.size()) {
        int end = Math.min(samples.size(), at + 1 + random.nextInt(300));
        send(store, samples.subList(at, end));
        at = end;
        if (random.nextInt(3) == 0) {
          store.crash();
        }
      }
      assertThat(chunks(store)).isEqualTo(inOrder);
      store.restart();
      assertThat(chunks(store)).isEqualTo(inOrder);
    }
  }

  private TsdbFixture open(String name) throws IOException {
    return new TsdbFixture(Files.createDirectory(directory.resolve(name)), Duration.ofHours(24));
  }

  private static List<Sample> samples(Random random) {
    var samples = new ArrayList<Sample>();
    long t = TsdbFixture.NOW - Duration.ofHours(5).toMillis();
    for (int i = 0; i < 1200; i++) {
      t += 1 + random.nextInt(25_000);
      switch (random.nextInt(20)) {
        case 0, 1, 2 -> samples.add(new Sample(t, 0, histogram(random, false)));
        case 3 -> samples.add(new Sample(t, 0, histogram(random, true)));
        case 4 -> samples.add(new Sample(t, SPECIAL[random.nextInt(SPECIAL.length)], null));
        default -> samples.add(new Sample(t, Double.doubleToRawLongBits(random.nextInt(100)), null));
      }
    }
    return samples;
  }

  private static HistogramSample histogram(Random random, boolean floats) {
    int n = 1 + random.nextInt(4);
    var layout = new HistogramLayout(0, 0, Spans.of(random.nextInt(3), n), Spans.NONE, new long[0]);
    long sum = random.nextInt(10) == 0 ? HistogramSample.STALE_SUM_BITS
        : Double.doubleToRawLongBits(random.nextInt(50));
    var hint = ResetHint.byId(random.nextInt(4)).orElseThrow();
    var numbers = new long[n];
    long before = 0;
    long count = 0;
    for (int i = 0; i < n; i++) {
      long next = 1 + random.nextInt(9);
      numbers[i] = floats ? Double.doubleToRawLongBits(next) : next - before;
      before = next;
      count += next;
    }
    var buckets = new Buckets(numbers, new long[0]);
    return floats ? new FloatHistogram(hint, layout, Double.doubleToRawLongBits(count), 0, sum, buckets)
        : new Histogram(hint, layout, count, 0, sum, buckets);
  }

  private static void send(TsdbFixture store, List<Sample> samples) {
    CompletableFuture<CommitOutcome> commit;
    try (Appender appender = store.tsdb.appender()) {
      long ref = appender.create(REGION, 0, REGION.length);
      for (Sample sample : samples) {
        HistogramSample histogram = sample.histogram();
        var verdict = histogram == null ? appender.append(ref, sample.t(), sample.bits())
            : appender.appendHistogram(ref, sample.t(), histogram);
        assertThat(verdict.accepted()).isTrue();
      }
      commit = appender.commit();
    }
    assertThat(commit.join()).isInstanceOf(CommitOutcome.Durable.class);
  }

  private static List<Chunk> chunks(TsdbFixture store) throws IOException {
    try (Querier querier = store.tsdb.querier(TimeRange.ALL)) {
      SeriesSet series = querier.select(List.of());
      assertThat(series.next()).isTrue();
      return series.series().chunks();
    }
  }
}
