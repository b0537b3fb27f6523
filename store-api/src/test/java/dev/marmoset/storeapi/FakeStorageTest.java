package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The fake answers as the contract of storage says.
final class FakeStorageTest {
  private static final Labels A = Labels.of("a", "1");
  private static final Labels B = Labels.of("a", "1", "b", "2");

  @Test
  void cutsAfter120SamplesAndAtTheEndOfTheWindow() {
    var store = new FakeStorage();
    for (int i = 0; i < 300; i++) {
      store.add(A, ChunkCut.WINDOW_MS - 130_000 + i * 1000L, i);
    }
    assertThat(store.chunks(A)).extracting(Chunk::sampleCount).containsExactly(120, 10, 120, 50);
    assertThat(store.chunks(A).get(2).minTime()).isEqualTo(ChunkCut.WINDOW_MS);
  }

  @Test
  void selectsByMatchersAndChunksInRangeInOrderOfLabels() throws IOException {
    var store = new FakeStorage().add(B, 10, 1).add(A, 10, 1).add(Labels.of("c", "3"), 10, 1);
    try (var querier = store.querier(new TimeRange(0, 10))) {
      assertThat(labels(querier.select(List.of(new Matcher.Equal("a", "1"))))).containsExactly(A, B);
      assertThat(labels(querier.select(List.of(new Matcher.Equal("b", ""))))).containsExactly(A,
          Labels.of("c", "3"));
      assertThat(querier.labelNames(List.of())).containsExactly("a", "b", "c");
      assertThat(querier.labelValues("a", List.of())).containsExactly("1");
    }
    try (var querier = store.querier(new TimeRange(11, 20))) {
      assertThat(labels(querier.select(List.of()))).isEmpty();
      assertThat(querier.labelNames(List.of())).isEmpty();
    }
    assertThat(store.openQueriers()).isZero();
  }

  @Test
  void failsReadsOnceDamaged() throws IOException {
    var store = new FakeStorage().add(A, 10, 1);
    store.damage("chunk file 000001");
    try (var querier = store.querier(TimeRange.ALL)) {
      SeriesSet set = querier.select(List.of());
      assertThat(set.next()).isTrue();
      assertThatThrownBy(() -> set.series().chunks()).isInstanceOf(IOException.class)
          .hasMessage("chunk file 000001");
    }
  }

  private static List<Labels> labels(SeriesSet set) throws IOException {
    var labels = new ArrayList<Labels>();
    while (set.next()) {
      labels.add(set.series().labels());
    }
    return labels;
  }
}
