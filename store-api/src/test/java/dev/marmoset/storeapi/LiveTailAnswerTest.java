package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.NOW;
import static dev.marmoset.storeapi.StoreHarness.YEAR_9999;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.storage.labels.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The live tail in answers.
final class LiveTailAnswerTest {
  private static final Labels SERIES = Labels.of("a", "1");

  @Test
  void theLastTwentySecondsGoOutSampleBySample() {
    try (var store = new StoreHarness(seconds())) {
      List<AggrChunk> chunks = chunks(store, NOW);
      // 120 samples, the settled rest of the open chunk, 20 single ones.
      assertThat(chunks).hasSize(22);
      assertThat(chunks.get(1).getMaxTime()).isEqualTo(NOW - 20_000);
      assertThat(chunks.subList(2, 22)).allMatch(chunk -> Wire.count(chunk) == 1)
          .allMatch(chunk -> chunk.getMinTime() == chunk.getMaxTime());
      assertThat(chunks.getLast().getMaxTime()).isEqualTo(NOW);
    }
  }

  @Test
  void aFarEndIsReplacedByTheNextTenSeconds() {
    var storage = seconds();
    long next = Math.floorDiv(NOW, 10_000) * 10_000 + 10_000;
    storage.add(SERIES, next, 1).add(SERIES, next + 1, 2);
    storage.add(Labels.of("a", "future"), next + 1, 1);
    try (var store = new StoreHarness(storage)) {
      List<AggrChunk> chunks = chunks(store, YEAR_9999);
      assertThat(chunks.getLast().getMaxTime()).isEqualTo(next);
      assertThat(chunks).filteredOn(chunk -> Wire.count(chunk) > 1).last()
          .satisfies(chunk -> assertThat(chunk.getMaxTime()).isBetween(next - 21_000, next - 20_000));
      assertThat(store.labels(store.request("a=future"))).isEmpty();
      assertThat(store.labels(store.request("a=future").setSkipChunks(true))).isEmpty();
    }
  }

  @Test
  void olderRangesGetWholeChunks() {
    try (var store = new StoreHarness(seconds())) {
      assertThat(chunks(store, NOW - 300_001)).isEmpty();
      var storage = new FakeStorage();
      for (int i = 0; i < 10; i++) {
        storage.add(SERIES, NOW - 300_005 + i, i);
      }
      try (var older = new StoreHarness(storage)) {
        assertThat(chunks(older, NOW - 300_001)).extracting(Wire::count).containsExactly(10);
        assertThat(chunks(older, NOW - 300_000)).extracting(Wire::count).containsExactly(1, 1, 1, 1, 1, 1);
      }
    }
  }

  @Test
  void aSeriesWhoseOnlySamplesLieBehindTheEndIsNotSent() {
    // One chunk around the end of the range: selected, because it overlaps, but nothing of it may be sent.
    var storage = new FakeStorage().add(SERIES, NOW - 30_000, 1).add(Labels.of("a", "2"), NOW + 5_000, 1);
    try (var store = new StoreHarness(storage)) {
      List<Series> answer = store.series(store.request("a!=\"\"").setMinTime(NOW - 10_000).setMaxTime(NOW));
      assertThat(answer).isEmpty();
    }
  }

  /// 200 samples, one a second, the last one now; all in one window.
  private static FakeStorage seconds() {
    var storage = new FakeStorage();
    for (int i = 0; i < 200; i++) {
      storage.add(SERIES, NOW - i * 1000L, i);
    }
    return storage;
  }

  private static List<AggrChunk> chunks(StoreHarness store, long maxt) {
    return store.series(store.request("a=1").setMaxTime(maxt)).stream()
        .flatMap(series -> series.getChunksList().stream()).toList();
  }
}
