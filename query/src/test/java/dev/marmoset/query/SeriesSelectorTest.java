package dev.marmoset.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.query.LimitExceededException.Limit;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Selecting, ordering, counting, giving back.
final class SeriesSelectorTest {
  private final ListStorage storage = new ListStorage();
  private final QueryGate gate = new QueryGate(1, Duration.ZERO);
  private final ByteBudget budget = new ByteBudget(0);

  @Test
  void ordersByFinalLabelsAndAnswersEqualOnesOnce() throws Exception {
    storage.add(Labels.of("a", "1", "z", "9"), chunk(1, 2))
        .add(Labels.of("a", "2", "z", "8"), chunk(5, 6), chunk(9, 9))
        .add(Labels.of("a", "3", "z", "8"), chunk(4, 7), chunk(5, 5));
    try (OrderedSeriesSet set = selector(QueryLimits.OFF).select(select(SeriesSelectorTest::onlyZ, 0))) {
      assertThat(set.next()).isTrue();
      assertThat(set.labels()).isEqualTo(Labels.of("z", "8"));
      assertThat(set.chunks()).containsExactly(chunk(4, 7), chunk(5, 5), chunk(5, 6), chunk(9, 9));
      assertThat(set.next()).isTrue();
      assertThat(set.labels()).isEqualTo(Labels.of("z", "9"));
      assertThat(set.chunks()).containsExactly(chunk(1, 2));
      assertThat(set.next()).isFalse();
    }
    assertThat(storage.openQueriers).isZero();
    assertThat(gate.running()).isZero();
    assertThat(budget.held()).isZero();
  }

  @Test
  void cutsALimitedSelectAtDistinctLabelsWithoutHoldingAll() throws Exception {
    for (int i = 9999; i >= 0; i--) {
      storage.add(Labels.of("a", "" + i, "z", "%04d".formatted(i / 2)), chunk(1, 1));
    }
    try (OrderedSeriesSet set = selector(QueryLimits.OFF).select(select(SeriesSelectorTest::onlyZ, 10))) {
      assertThat(budget.held()).isLessThan(RequestAccount.READER_BYTES + 10_000);
      var values = new ArrayList<String>();
      while (set.next()) {
        values.add(set.labels().value("z"));
        assertThat(set.chunks()).hasSize(2);
      }
      assertThat(values).hasSize(10).isSorted().first().isEqualTo("0000");
    }
    assertThat(budget.held()).isZero();
  }

  /// Takes a tenth of a second; half a minute when every series above the limit is followed by a sort.
  @Test
  @Timeout(20)
  void aWideSelectOfOneFinalLabelSetIsSortedRarely() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      storage.add(Labels.of("a", "" + i, "z", "1"), chunk(i, i));
    }
    try (OrderedSeriesSet set = selector(QueryLimits.OFF).select(select(SeriesSelectorTest::onlyZ, 1))) {
      assertThat(set.next()).isTrue();
      assertThat(set.chunks()).hasSize(20_000)
          .isSortedAccordingTo(java.util.Comparator.comparingLong(Chunk::minTime));
      assertThat(set.next()).isFalse();
    }
  }

  @Test
  void givesEverythingBackWhenItIsRefused() {
    for (int i = 0; i < 100; i++) {
      storage.add(Labels.of("z", "" + i), chunk(1, 1));
    }
    assertThatThrownBy(() -> drain(selector(new QueryLimits(99, 0, 0))))
        .isInstanceOfSatisfying(LimitExceededException.class,
            e -> assertThat(e.limit()).isEqualTo(Limit.SERIES))
        .hasMessage("sending series: limit 99 violated (got 100)");
    assertThatThrownBy(() -> drain(selector(new QueryLimits(100, 199, 0))))
        .hasMessageContaining("limit 199 violated");
    storage.damaged = true;
    assertThatThrownBy(() -> drain(selector(QueryLimits.OFF))).isInstanceOf(IOException.class);
    assertThat(storage.openQueriers).isZero();
    assertThat(gate.running()).isZero();
    assertThat(budget.held()).isZero();
  }

  @Test
  void aTightBudgetRefusesBeforeAndWhileReading() {
    storage.add(Labels.of("z", "1"), new Chunk(ChunkEncoding.XOR, 1, 1, new byte[5000]));
    var noRoom = new ByteBudget(RequestAccount.READER_BYTES - 1);
    assertThatThrownBy(() -> drain(selector(QueryLimits.OFF, noRoom)))
        .hasMessageStartingWith("holding 2097152 more");
    var forSeriesOnly = new ByteBudget(RequestAccount.READER_BYTES + 1000);
    assertThatThrownBy(() -> drain(selector(QueryLimits.OFF, forSeriesOnly)))
        .hasMessageStartingWith("holding 5000 more");
    assertThat(noRoom.held()).isZero();
    assertThat(forSeriesOnly.held()).isZero();
    assertThat(gate.running()).isZero();
  }

  @Test
  void stopsCollectingWhenNobodyWaits() throws Exception {
    for (int i = 0; i < 100; i++) {
      storage.add(Labels.of("z", "" + i), chunk(1, 1));
    }
    var asked = new AtomicInteger();
    var select = new Select(TimeRange.ALL, List.of(), labels -> labels, _ -> true, 0,
        () -> asked.incrementAndGet() > 3);
    try (OrderedSeriesSet set = selector(QueryLimits.OFF).select(select)) {
      assertThat(set.next()).isTrue();
    }
    assertThat(storage.steps).isEqualTo(3);
  }

  @Test
  void asksStorageOnlyUpToTheEndOfTheTail() throws Exception {
    var tail = new LiveTail(Duration.ofSeconds(20), () -> Instant.ofEpochMilli(1_000_000));
    var selector = new SeriesSelector(storage, gate, QueryLimits.OFF, budget, tail);
    drain(selector);
    assertThat(storage.askedFor).isEqualTo(new TimeRange(Long.MIN_VALUE, 1_010_000));
  }

  @Test
  void labelQueriesCloseWhatTheyOpen() throws Exception {
    var queries = new LabelQueries(storage.add(Labels.of("z", "1")), gate);
    assertThat(queries.names(TimeRange.ALL, List.of())).containsExactly("names");
    assertThat(queries.values("z", TimeRange.ALL, List.of())).containsExactly("values of z");
    assertThat(queries.any(TimeRange.ALL, List.of())).isTrue();
    storage.damaged = true;
    assertThatThrownBy(() -> queries.any(TimeRange.ALL, List.of())).isInstanceOf(IOException.class);
    assertThat(storage.openQueriers).isZero();
    assertThat(gate.running()).isZero();
  }

  private SeriesSelector selector(QueryLimits limits) {
    return selector(limits, budget);
  }

  private SeriesSelector selector(QueryLimits limits, ByteBudget shared) {
    return new SeriesSelector(storage, gate, limits, shared, new LiveTail(Duration.ZERO, Instant::now));
  }

  private static void drain(SeriesSelector selector) throws IOException, LimitExceededException {
    try (OrderedSeriesSet set = selector.select(select(labels -> labels, 0))) {
      while (set.next()) {
        assertThat(set.chunks()).isNotEmpty();
      }
    }
  }

  private static Select select(UnaryOperator<Labels> finalLabels, long limit) {
    return new Select(TimeRange.ALL, List.of(), finalLabels, _ -> true, limit, () -> false);
  }

  private static Labels onlyZ(Labels labels) {
    return Labels.of("z", labels.value("z"));
  }

  /// A chunk of two samples in name only; nothing here decodes it.
  private static Chunk chunk(long mint, long maxt) {
    return new Chunk(ChunkEncoding.XOR, mint, maxt, new byte[] {0, 2});
  }
}
