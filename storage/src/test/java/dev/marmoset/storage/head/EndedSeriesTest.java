package dev.marmoset.storage.head;

import static dev.marmoset.storage.head.EndedSeriesFixture.ALL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.head.late.LateRows;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Series that have ended leave memory; nothing that somebody needs does, and no id is mistaken for another's.
class EndedSeriesTest {
  private static final long HOUR = 3_600_000;

  @TempDir
  Path scratch;

  private static List<Labels> task(String task, int series) {
    return IntStream.range(0, series)
        .mapToObj(i -> Labels.of("__name__", "m" + i % 7, "n", "" + i, "task", task)).toList();
  }

  /// Lets time pass until nothing sent before now is in a window of the head.
  private static void end(EndedSeriesFixture fixture) throws IOException {
    fixture.clock.pass(2 * HOUR + HOUR / 2);
    fixture.cut();
    fixture.drop();
  }

  @Test
  void whatHasEndedLeavesNothingBehind() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 1000));
      assertThat(fixture.collect()).as("its window is in memory").isZero();
      end(fixture);
      assertThat(fixture.collect()).isEqualTo(1000);
      HeadSizes sizes = fixture.head.sizes();
      assertThat(sizes.series()).isZero();
      assertThat(sizes.symbols()).isZero();
      assertThat(sizes.labelPairs()).isZero();
      assertThat(fixture.head.stats().removedSeries()).isEqualTo(1000);
      try (Querier querier = fixture.head.querier(ALL)) {
        assertThat(querier.labelNames(List.of())).isEmpty();
        assertThat(querier.labelValues("task", List.of())).isEmpty();
      }
      assertThat(fixture.readAll()).isEqualTo(fixture.model);
    }
  }

  @Test
  void memoryIsThatOfTheLiving() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      List<Labels> staying = task("stays", 500);
      var first = new ArrayList<HeadSizes>();
      for (int round = 0; round < 50; round++) {
        List<Labels> all = new ArrayList<>(task("task-" + round, 2_000));
        // Among those that go, so that no page of anything is empty by itself.
        for (int i = 0; i < staying.size(); i++) {
          all.add(4 * i, staying.get(i));
        }
        for (int i = 0; i < 3; i++) {
          fixture.write(all);
          fixture.clock.pass(60_000);
        }
        first.add(fixture.head.sizes());
        fixture.model.clear();
        fixture.blocks.clear();
        end(fixture);
        fixture.write(staying);
        fixture.collect();
        assertThat(fixture.series()).isEqualTo(500);
      }
      HeadSizes last = fixture.head.sizes();
      assertThat(last.lineBytes()).isLessThanOrEqualTo(2 * first.getFirst().lineBytes());
      assertThat(last.labelBytes()).isLessThanOrEqualTo(2 * first.getFirst().labelBytes());
      assertThat(last.tableBytes()).isLessThanOrEqualTo(2 * first.getFirst().tableBytes());
      assertThat(last.openBytes()).isLessThanOrEqualTo(2 * first.getFirst().openBytes());
      assertThat(fixture.head.postings.memoryBytes()).isLessThan(2 << 20);
      try (Querier querier = fixture.head.querier(ALL)) {
        assertThat(querier.labelValues("task", List.of())).containsExactly("stays");
      }
    }
  }

  @Test
  void whatIsOnItsWayToTheLogStays() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 100));
      end(fixture);
      fixture.request(task("a", 10), fixture.clock.wallMillis());
      assertThat(fixture.collect()).isEqualTo(90);
      fixture.write(task("b", 200));
      fixture.applyAll();
      assertThat(fixture.readAll()).isEqualTo(fixture.model);
      assertThat(fixture.series()).isEqualTo(210);
    }
  }

  @Test
  void whatHasLateSamplesInMemoryStaysWhereverTheyAre() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 40_000));
      long then = fixture.clock.wallMillis();
      end(fixture);
      // More than a batch: most rows are in a run, the last ones are not.
      fixture.request(task("a", LateRows.BATCH_ROWS + 10), then + 1);
      fixture.applyAll();
      fixture.collect();
      assertThat(fixture.series()).isEqualTo(LateRows.BATCH_ROWS + 10);
      fixture.write(task("b", 500));
      assertThat(fixture.readAll()).isEqualTo(fixture.model);
    }
  }

  /// Between the look at all series and the removal of one there may be minutes.
  @Test
  void whatComesBackWhileOthersAreRemovedStays() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      List<Labels> series = task("a", 4104);
      fixture.write(series);
      long then = fixture.clock.wallMillis();
      end(fixture);
      fixture.clock.pass(60_000);
      assertThat(fixture.head.removeEnded(fixture)).isEqualTo(4096);
      fixture.request(series.subList(4096, 4097), then + 1);
      fixture.request(series.subList(4097, 4098), fixture.clock.wallMillis());
      fixture.applyAll();
      var exemplar = new LogBatch();
      exemplar.addExemplar(fixture.head.replayedSeries(series.get(4098)), 1, 2, Labels.of("trace_id", "x"));
      fixture.head.apply(exemplar);
      var replay = new HeadReplay(fixture.head, 0, new SegmentObservation(new Ulid(1, 1), 1),
          WindowCoverage.NOTHING, batch -> batch);
      replay.series(0, series.get(4099));
      assertThat(fixture.head.removeEnded(fixture)).isEqualTo(4);
      fixture.write(task("b", 100));
      assertThat(fixture.readAll()).isEqualTo(fixture.model);
      assertThat(fixture.series()).isEqualTo(104);
    }
  }

  @Test
  void whatHasAnExemplarStaysUntilNewerOnesTakeItsPlace() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 4)) {
      fixture.write(task("a", 10));
      var exemplar = new LogBatch();
      Labels trace = Labels.of("trace_id", "x");
      exemplar.addExemplar(fixture.head.replayedSeries(task("a", 10).get(3)), 1, 2, trace);
      fixture.head.apply(exemplar);
      end(fixture);
      fixture.collect();
      fixture.write(task("b", 20));
      assertThat(fixture.series()).isEqualTo(21);
      assertThat(fixture.head.exemplars(ALL, List.of(List.of()))).singleElement()
          .satisfies(found -> assertThat(found.labels()).isEqualTo(task("a", 10).get(3)));
      var newer = new LogBatch();
      for (int i = 0; i < 4; i++) {
        newer.addExemplar(fixture.head.replayedSeries(task("b", 20).get(i)), i, i, trace);
      }
      fixture.head.apply(newer);
      fixture.collect();
      assertThat(fixture.series()).isEqualTo(20);
    }
  }

  @Test
  void whatTheSegmentOfAnotherLogDefinesStaysUntilTheSegmentEnds() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      var log = new Ulid(1, 1);
      var replay = new HeadReplay(fixture.head, 0, new SegmentObservation(log, 1), WindowCoverage.NOTHING,
          batch -> {
            fixture.head.apply(batch);
            return new LogBatch();
          });
      List<Labels> series = task("a", 20);
      for (int i = 0; i < series.size(); i++) {
        replay.series(i, series.get(i));
      }
      replay.sample(3, fixture.clock.wallMillis(), 5);
      replay.finish();
      end(fixture);
      assertThat(fixture.collect()).isZero();
      long t = fixture.clock.wallMillis();
      replay.sample(4, t, 6);
      replay.finish();
      replay.close();
      assertThat(fixture.collect()).isEqualTo(19);
      assertThat(fixture.readAll().get(series.get(4))).containsOnlyKeys(t);
    }
  }

  /// A reader of long ago must not see the samples of one series under the labels of another.
  @Test
  void anIdMeansNothingElseWhileAReaderMayKnowIt() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 10));
      try (Querier querier = fixture.head.querier(ALL)) {
        SeriesSet selected = querier.select(List.of());
        // Not what a store does while there are readers; they are to find nothing, rather than something else.
        end(fixture);
        assertThat(fixture.collect()).isEqualTo(10);
        for (int i = 0; i < 5; i++) {
          fixture.write(task("b" + i, 10));
          fixture.collect();
        }
        while (selected.next()) {
          assertThat(selected.series().labels().value("task")).isEqualTo("a");
          assertThat(selected.series().chunks()).isEmpty();
        }
        assertThat(fixture.head.ids.end()).isEqualTo(60);
      }
      fixture.collect();
      fixture.write(task("c", 10));
      assertThat(fixture.head.ids.end()).as("ids are used again when the reader has left").isEqualTo(60);
      assertThat(fixture.readAll()).isEqualTo(fixture.model);
    }
  }

  @Test
  void seriesThatComeTogetherHaveIdsInARowAlsoAgain() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 1000));
      end(fixture);
      fixture.collect();
      List<Labels> others = task("b", 1000);
      int first = fixture.head.replayedSeries(others.getFirst());
      for (int i = 1; i < others.size(); i++) {
        assertThat(fixture.head.replayedSeries(others.get(i))).isEqualTo(first + i);
      }
      assertThat(fixture.head.ids.end()).isEqualTo(1000);
    }
  }

  @Test
  void aSpellingIsForgottenWithItsSeries() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 3000));
      for (int i = 0; i < 3000; i++) {
        fixture.head.spellings.add(i, 31L * i << 32, i + 1);
      }
      fixture.write(task("stays", 1));
      end(fixture);
      fixture.write(task("stays", 1));
      fixture.collect();
      for (int i = 0; i < 3000; i++) {
        assertThat(fixture.head.spellings.find(31L * i << 32, i + 1)).isEqualTo(-1);
        assertThat(fixture.head.spellings.holds(i, i + 1)).isFalse();
      }
      int again = fixture.head.replayedSeries(task("b", 1).getFirst());
      fixture.head.spellings.add(again, 5L << 32, 77);
      assertThat(fixture.head.spellings.find(5L << 32, 77)).isEqualTo(again);
    }
  }

  @Test
  void whatAnExpressionMatchedIsNotRememberedOfPairsThatHaveGone() throws Exception {
    var matchers = List.<Matcher>of(Matcher.regex("task", "a.*|c.*"));
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      for (int i = 0; i < 20; i++) {
        fixture.write(task("a" + i, 2));
        fixture.write(task("b" + i, 2));
      }
      assertThat(count(fixture, matchers)).isEqualTo(40);
      end(fixture);
      fixture.write(task("a1", 2));
      fixture.collect();
      for (int i = 0; i < 20; i++) {
        fixture.write(task("d" + i, 2));
        fixture.write(task("c" + i, 2));
      }
      assertThat(count(fixture, matchers)).isEqualTo(42);
    }
  }

  private static int count(EndedSeriesFixture fixture, List<Matcher> matchers) throws IOException {
    int n = 0;
    try (Querier querier = fixture.head.querier(ALL)) {
      for (SeriesSet set = querier.select(matchers); set.next();) {
        n++;
      }
    }
    return n;
  }

  @Test
  void theLimitCountsTheLiving() throws IOException {
    try (var fixture = new EndedSeriesFixture(scratch, Long.MAX_VALUE, 100)) {
      fixture.write(task("a", 10));
      end(fixture);
      fixture.collect();
      byte[] region = LabelRegion.encode(task("a", 1).getFirst());
      assertThat(fixture.head.find(region, 0, region.length)).isEqualTo(-1);
      assertThat(fixture.head.table.size()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void samplesAreAlwaysThoseOfTheModel(long seed) throws IOException {
    var random = new Random(seed);
    // Little memory, so that segments of open chunks are spilled too.
    try (var fixture = new EndedSeriesFixture(scratch, 1 << 14, 5)) {
      Reader reader = null;
      for (int step = 0; step < 300; step++) {
        switch (random.nextInt(8)) {
          case 0 -> fixture.clock.pass(random.nextInt(60) * 60_000L);
          case 1, 2 -> fixture.request(some(random), time(fixture, random));
          case 3 -> fixture.applyAll();
          case 4 -> {
            fixture.cut();
            if (reader == null) {
              fixture.drop();
            }
          }
          case 5 -> fixture.collect();
          case 6 -> {
            if (reader == null) {
              reader = new Reader(fixture);
            } else {
              reader.check();
              reader = null;
            }
          }
          default -> assertThat(fixture.readAll()).isEqualTo(fixture.model);
        }
        HeadStats stats = fixture.head.stats();
        assertThat(fixture.series()).isEqualTo(stats.createdSeries() - stats.removedSeries());
      }
      fixture.applyAll();
      if (reader != null) {
        reader.check();
      }
      for (int i = 0; i < 3; i++) {
        end(fixture);
      }
      assertThat(fixture.blocks).isEqualTo(fixture.model);
      fixture.collect();
      assertThat(fixture.series()).isZero();
      assertThat(fixture.head.sizes().symbols()).isZero();
      assertThat(fixture.head.stats().removedSeries()).isGreaterThan(20);
    }
  }

  private static List<Labels> some(Random random) {
    List<Labels> all = task("t" + random.nextInt(6), 12);
    int from = random.nextInt(all.size());
    return all.subList(from, from + random.nextInt(all.size() - from));
  }

  private static long time(EndedSeriesFixture fixture, Random random) {
    long now = fixture.clock.wallMillis();
    return random.nextInt(3) > 0 ? now : now - random.nextLong(3 * ChunkCut.WINDOW_MS);
  }

  /// A querier with a selection, and what it is to give.
  private static final class Reader {
    private final EndedSeriesFixture fixture;
    private final Querier querier;
    private final SeriesSet selected;
    private final Map<Labels, TreeMap<Long, HeadFixture.Value>> expected = new HashMap<>();

    Reader(EndedSeriesFixture fixture) throws IOException {
      this.fixture = fixture;
      querier = fixture.head.querier(ALL);
      selected = querier.select(List.of());
      EndedSeriesFixture.put(querier.select(List.of()), expected);
    }

    void check() throws IOException {
      fixture.applyAll();
      var found = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
      EndedSeriesFixture.put(selected, found);
      expected.forEach((labels, samples) -> assertThat(found.get(labels)).containsAllEntriesOf(samples));
      found.forEach((labels, samples) -> assertThat(fixture.model.get(labels)).containsAllEntriesOf(samples));
      querier.close();
    }
  }
}
