package dev.marmoset.storeapi;

import static dev.marmoset.storeapi.StoreHarness.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.query.ByteBudget;
import dev.marmoset.query.LimitExceededException;
import dev.marmoset.query.LiveTail;
import dev.marmoset.query.OrderedSeriesSet;
import dev.marmoset.query.QueryGate;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.query.Select;
import dev.marmoset.query.SeriesSelector;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/// Replicas that lag differently, seen by a querier that asks all of them.
final class LiveTailPropertyTest {
  private static final Labels SERIES = Labels.of("a", "1");
  private static final Duration TAIL = Duration.ofSeconds(20);

  /// Any samples within the tail may be missing on either replica, and their clocks may differ by seconds: the querier
  /// gets one row with every sample that one of them holds.
  @Property(tries = 300)
  void replicasThatLagWithinTheTailMakeOneRow(@ForAll long seed,
      @ForAll @IntRange(min = 300, max = 15_000) int step,
      @ForAll @LongRange(min = -290_000, max = 8_000) long end,
      @ForAll @LongRange(min = -1_500, max = 1_500) long skew)
      throws IOException, LimitExceededException {
    var random = new Random(seed);
    long maxt = NOW + end;
    long border = maxt - TAIL.toMillis();
    var first = new FakeStorage();
    var second = new FakeStorage();
    var union = new TreeMap<Long, Long>();
    long t = maxt - 400L * step;
    for (int i = 0; i < 440; i++) {
      double value = random.nextInt(4) == 0 ? random.nextGaussian() : i;
      boolean settled = t <= border;
      boolean inFirst = settled || random.nextBoolean();
      boolean inSecond = settled || random.nextBoolean();
      if (inFirst) {
        first.add(SERIES, t, value);
      }
      if (inSecond) {
        second.add(SERIES, t, value);
      }
      if ((inFirst || inSecond) && t <= maxt) {
        union.put(t, Double.doubleToRawLongBits(value));
      }
      t += step + random.nextInt(20);
    }
    var chunks = new ArrayList<>(answer(first, TAIL, NOW, maxt));
    chunks.addAll(answer(second, TAIL, NOW + skew, maxt));
    List<List<AggrChunk>> rows = QuerierRows.of(chunks);
    assertThat(rows).hasSize(1);
    assertThat(Wire.samples(rows.getFirst())).isEqualTo(union);
  }

  @Test
  void withoutTheTailALaggingReplicaOpensASecondRow() throws IOException, LimitExceededException {
    var first = new FakeStorage();
    var second = new FakeStorage();
    for (int i = 0; i < 50; i++) {
      first.add(SERIES, NOW - i * 1000L, i);
      if (i > 0) {
        second.add(SERIES, NOW - i * 1000L, i);
      }
    }
    var whole = new ArrayList<>(answer(first, Duration.ZERO, NOW, NOW));
    whole.addAll(answer(second, Duration.ZERO, NOW, NOW));
    assertThat(QuerierRows.of(whole)).hasSize(2);
    var cut = new ArrayList<>(answer(first, TAIL, NOW, NOW));
    cut.addAll(answer(second, TAIL, NOW, NOW));
    assertThat(QuerierRows.of(cut)).hasSize(1);
  }

  private static List<AggrChunk> answer(FakeStorage storage, Duration tail, long clock, long maxt)
      throws IOException, LimitExceededException {
    var selector =
        new SeriesSelector(storage, new QueryGate(0, Duration.ZERO), QueryLimits.OFF, new ByteBudget(0),
            new LiveTail(tail, () -> Instant.ofEpochMilli(clock)));
    var select = new Select(new TimeRange(0, maxt), List.of(), labels -> labels, _ -> true, 0, () -> false);
    try (OrderedSeriesSet series = selector.select(select)) {
      assertThat(series.next()).isTrue();
      return series.chunks().stream().map(Wire::received).toList();
    }
  }
}
