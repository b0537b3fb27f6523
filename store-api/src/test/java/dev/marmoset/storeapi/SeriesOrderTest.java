package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.storage.labels.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The order of answers, which consumers in lazy mode trust.
final class SeriesOrderTest {
  private static final String BEYOND_BMP = "\uD835\uDC00";
  private static final String HIGH_BMP = "\uFF21";

  @Test
  void anExternalLabelInTheMiddleMovesSeries() {
    var storage = store(Labels.of("a", "1"), Labels.of("a", "1", "b", "x"), Labels.of("a", "1", "z", "x"));
    try (var store = new StoreHarness(storage, StoreHarness.options(Labels.of("m", "ext")))) {
      assertThat(store.labels(store.request("a=1"))).containsExactly(
          Labels.of("a", "1", "b", "x", "m", "ext"),
          Labels.of("a", "1", "m", "ext"),
          Labels.of("a", "1", "m", "ext", "z", "x"));
    }
  }

  @Test
  void aDroppedLabelMovesSeries() {
    var storage =
        store(Labels.of("n", "up", "replica", "a", "z", "2"), Labels.of("n", "up", "replica", "b", "z", "1"));
    try (var store = new StoreHarness(storage, StoreHarness.options(Labels.of("x", "ext")))) {
      assertThat(store.labels(store.request("n=up"))).containsExactly(
          Labels.of("n", "up", "replica", "a", "x", "ext", "z", "2"),
          Labels.of("n", "up", "replica", "b", "x", "ext", "z", "1"));
      store.without("replica");
      assertThat(store.labels(store.request("n=up"))).containsExactly(
          Labels.of("n", "up", "x", "ext", "z", "1"),
          Labels.of("n", "up", "x", "ext", "z", "2"));
    }
  }

  @Test
  void ordersValuesAndNamesByUtf8NotByUtf16() {
    assertThat(HIGH_BMP.compareTo(BEYOND_BMP)).as("UTF-16 has it the other way round").isPositive();
    var storage = store(Labels.of("n", BEYOND_BMP), Labels.of("n", HIGH_BMP),
        Labels.of("n", "v", BEYOND_BMP, "1"), Labels.of("n", "v", HIGH_BMP, "2"));
    try (var store = new StoreHarness(storage)) {
      assertThat(store.labels(store.request("n!=\"\""))).extracting(labels -> labels.value("n"))
          .containsExactly("v", "v", HIGH_BMP, BEYOND_BMP);
      assertThat(store.labels(store.request("n=v"))).extracting(labels -> labels.name(2))
          .containsExactly(HIGH_BMP, BEYOND_BMP);
      assertThat(store.names("", StoreHarness.YEAR_9999)).containsExactly("n", "region", HIGH_BMP,
          BEYOND_BMP);
      assertThat(store.values("n", "", StoreHarness.YEAR_9999)).containsExactly("v", HIGH_BMP, BEYOND_BMP);
    }
  }

  @Test
  void storedSeriesThatBecomeEqualAreOneWithTheChunksOfBothByTime() {
    var storage = new FakeStorage();
    Labels a = Labels.of("n", "up", "replica", "a");
    Labels b = Labels.of("n", "up", "replica", "b");
    for (int i = 0; i < 300; i++) {
      storage.add(a, i * 1000L, i).add(b, i * 1000L + 500, -i);
    }
    storage.add(Labels.of("n", "up"), 7, 7);
    try (var store = new StoreHarness(storage).without("replica")) {
      List<Series> answer = store.series(store.request("n=up"));
      assertThat(answer).hasSize(1);
      List<AggrChunk> chunks = answer.getFirst().getChunksList();
      assertThat(chunks).hasSize(7);
      assertThat(chunks).isSortedAccordingTo(java.util.Comparator.comparingLong(AggrChunk::getMinTime)
          .thenComparingLong(AggrChunk::getMaxTime));
      assertThat(Wire.samples(chunks)).as("nothing merged, nothing lost").hasSize(601);
      assertThat(chunks).extracting(Wire::count).containsExactlyInAnyOrder(120, 120, 60, 120, 120, 60, 1);
      assertThat(store.labels(store.request("n=up").setSkipChunks(true))).hasSize(1);
    }
  }

  @Test
  void aLimitTakesTheFirstSeriesInOrder() {
    var storage = new FakeStorage();
    for (int i = 0; i < 5000; i++) {
      storage.add(
          Labels.of("n", "up", "replica", i % 2 == 0 ? "a" : "b", "z", "%04d".formatted(4999 - i / 2)), 1, i);
    }
    try (var store = new StoreHarness(storage).without("replica")) {
      List<Series> answer = store.series(store.request("n=up").setLimit(3));
      assertThat(answer).extracting(series -> Wire.labels(series).value("z")).containsExactly("2500", "2501",
          "2502");
      assertThat(answer).allMatch(series -> series.getChunksCount() == 2);
      assertThat(store.labels(store.request("n=up").setLimit(100_000))).hasSize(2500).isSorted();
      assertThat(store.labels(store.request("n=up").setLimit(3).setSkipChunks(true))).hasSize(3);
    }
  }

  private static FakeStorage store(Labels... series) {
    var storage = new FakeStorage();
    for (Labels labels : series) {
      storage.add(labels, 1, 1);
    }
    return storage;
  }
}
