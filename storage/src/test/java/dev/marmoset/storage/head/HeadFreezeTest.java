package dev.marmoset.storage.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.entry.LogBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is frozen, together with what comes afterwards, is everything: before, while and after it is given up.
class HeadFreezeTest {
  private static final long BEGIN = ChunkCut.windowStart(1_700_000_000_000L);
  private static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);
  private static final int WINDOWS = 5;

  @TempDir
  Path scratch;

  private final Map<Labels, TreeMap<Long, HeadFixture.Value>> model = new HashMap<>();
  private final Map<Labels, TreeMap<Long, HeadFixture.Value>> blocks = new HashMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void nothingIsMissedAtAnyStep(long seed) throws IOException {
    var random = new Random(seed);
    // Little memory, so that segments of open chunks are spilled too.
    try (var fixture = new HeadFixture(scratch, 1 << 14)) {
      int frozen = 0;
      for (int step = 0; step < 40; step++) {
        feed(fixture, random);
        if (random.nextInt(4) == 0 && frozen < WINDOWS) {
          give(fixture,
              BEGIN + ChunkCut.WINDOW_MS * (random.nextInt(3) == 0 ? random.nextInt(frozen + 1) : frozen),
              random);
          frozen = Math.max(frozen, firstUnfrozen(fixture));
        }
        assertThat(union(read(fixture.head.querier(ALL)))).isEqualTo(model);
      }
    }
  }

  /// A block of a later window may be there while the earlier one's cannot be registered.
  @Test
  void aLaterWindowThatIsGivenUpFirstHidesNothingOfAnEarlierOne() throws IOException {
    var random = new Random(4);
    try (var fixture = new HeadFixture(scratch, 1 << 14)) {
      for (int i = 0; i < 20; i++) {
        feed(fixture, random);
      }
      var frozen = new ArrayList<FrozenWindow>();
      for (int i = 0; i < WINDOWS; i++) {
        fixture.head.freeze(BEGIN + i * ChunkCut.WINDOW_MS).ifPresent(frozen::add);
      }
      for (int i : new int[] {2, 1, 3, 0}) {
        feed(fixture, random);
        put(frozen.get(i).series(), blocks);
        frozen.get(i).hide();
        assertThat(union(read(fixture.head.querier(ALL)))).isEqualTo(model);
        frozen.get(i).drop();
        assertThat(union(read(fixture.head.querier(ALL)))).isEqualTo(model);
      }
      var rest = read(fixture.head.querier(ALL));
      put(frozen.get(4).series(), blocks);
      assertThat(union(rest)).isEqualTo(model);
      assertThat(fixture.head.windows.all()).as("the last frozen one and what grows")
          .hasSize(1 + fixture.head.growing().size());
    }
  }

  @Test
  void anEarlierWindowGoesFirst() throws IOException {
    try (var fixture = new HeadFixture(scratch, 1 << 20)) {
      int id = fixture.series("__name__", "m");
      fixture.applyFloat(id, BEGIN, 1);
      fixture.applyFloat(id, BEGIN + ChunkCut.WINDOW_MS, 1);
      assertThatThrownBy(() -> fixture.head.freeze(BEGIN + ChunkCut.WINDOW_MS))
          .isInstanceOf(IllegalStateException.class).hasMessageContaining("must be frozen before");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void seriesComeInTheOrderOfTheirLabels(boolean allHaveNames) throws IOException {
    try (var fixture = new HeadFixture(scratch, 1 << 20)) {
      if (!allHaveNames) {
        fixture.applyFloat(fixture.series("Z", "before names"), BEGIN, 0);
        fixture.applyFloat(fixture.series("a", "behind names"), BEGIN, 0);
      }
      var random = new Random(3);
      for (int i = 0; i < 300; i++) {
        int id = fixture.series("__name__", "m" + random.nextInt(20), "a", "\u00e9" + random.nextInt(1000),
            "b" + i % 3, "x");
        fixture.applyFloat(id, BEGIN + i, i);
      }
      SeriesSet series = fixture.head.freeze(BEGIN).orElseThrow().series();
      var labels = new ArrayList<Labels>();
      while (series.next()) {
        labels.add(series.series().labels());
      }
      assertThat(labels).hasSizeGreaterThan(250).isSorted().doesNotHaveDuplicates();
    }
  }

  private static int firstUnfrozen(HeadFixture fixture) {
    for (int i = 0; i < WINDOWS; i++) {
      if (fixture.head.windows.inOrderFrom() <= BEGIN + i * ChunkCut.WINDOW_MS) {
        return i;
      }
    }
    return WINDOWS;
  }

  private void give(HeadFixture fixture, long start, Random random) throws IOException {
    var window = fixture.head.freeze(start);
    if (window.isEmpty()) {
      return;
    }
    if (random.nextBoolean()) {
      feed(fixture, random);
    }
    var frozenContent = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
    put(window.get().series(), frozenContent);
    put(window.get().series(), blocks);
    Querier before = fixture.head.querier(ALL);
    var selected = before.select(List.of());
    window.get().hide();
    feed(fixture, random);
    assertThat(union(read(fixture.head.querier(ALL)))).isEqualTo(model);
    // A reader that was there before sees the window as if it had not been given up.
    var seen = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
    put(selected, seen);
    frozenContent.forEach((labels, samples) -> assertThat(seen.get(labels)).containsAllEntriesOf(samples));
    before.close();
    window.get().drop();
  }

  private void feed(HeadFixture fixture, Random random) {
    var batch = new LogBatch();
    for (int i = random.nextInt(400); i > 0; i--) {
      int name = random.nextInt(12);
      Labels labels = Labels.of("__name__", "m", "n", "" + name);
      long t = BEGIN + random.nextInt(1 + random.nextInt(WINDOWS)) * ChunkCut.WINDOW_MS
          + random.nextInt(700) * 10_000L;
      long bits = Double.doubleToRawLongBits((t / 1000 * 31 + name) % 97);
      batch.add(fixture.head.replayedSeries(labels), t, bits);
      model.computeIfAbsent(labels, _ -> new TreeMap<>()).put(t, new HeadFixture.Value.OfFloat(bits));
    }
    fixture.head.apply(batch);
  }

  private Map<Labels, TreeMap<Long, HeadFixture.Value>> union(
      Map<Labels, TreeMap<Long, HeadFixture.Value>> fromHead) {
    blocks
        .forEach((labels, samples) -> fromHead.computeIfAbsent(labels, _ -> new TreeMap<>()).putAll(samples));
    return fromHead;
  }

  private static Map<Labels, TreeMap<Long, HeadFixture.Value>> read(Querier querier) throws IOException {
    var found = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
    try (querier) {
      put(querier.select(List.of()), found);
    }
    return found;
  }

  private static void put(SeriesSet series, Map<Labels, TreeMap<Long, HeadFixture.Value>> target)
      throws IOException {
    while (series.next()) {
      target.computeIfAbsent(series.series().labels(), _ -> new TreeMap<>())
          .putAll(HeadFixture.decode(series.series().chunks()));
    }
  }
}
