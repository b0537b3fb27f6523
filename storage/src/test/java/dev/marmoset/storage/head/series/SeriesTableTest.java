package dev.marmoset.storage.head.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Look-ups by hash after any sequence of additions and removals.
class SeriesTableTest {
  private static final int IDS = 3000;

  private final long[] lows = new Random(5).longs(IDS).toArray();

  /// Tags that crowd at the end of the table, so that entries lie far from home and around its edge.
  @ParameterizedTest
  @ValueSource(ints = {1, 50, 100_000})
  void holdsWhatWasAddedAndNotRemoved(int tags) {
    var random = new Random(tags);
    var table = new SeriesTable(id -> lows[id]);
    var high = new long[IDS];
    for (int id = 0; id < IDS; id++) {
      high[id] = (long) (-1 - random.nextInt(tags)) << Integer.SIZE | random.nextInt() & 0xFFFF_FFFFL;
    }
    var model = new HashMap<Integer, Boolean>();
    for (int step = 0; step < 6 * IDS; step++) {
      int id = random.nextInt(tags == 1 ? 200 : IDS);
      if (model.remove(id) == null) {
        table.add(high[id], id);
        model.put(id, true);
      } else {
        table.remove(high[id], id);
      }
      assertThat(table.find(high[id], lows[id])).isEqualTo(model.containsKey(id) ? id : -1);
    }
    for (int id = 0; id < IDS; id++) {
      assertThat(table.find(high[id], lows[id])).isEqualTo(model.containsKey(id) ? id : -1);
    }
    assertThat(table.size()).isEqualTo(model.size());
  }

  @Test
  void whatIsNotThereCannotBeRemoved() {
    var table = new SeriesTable(id -> lows[id]);
    table.add(7L << 32, 1);
    assertThatThrownBy(() -> table.remove(7L << 32, 2)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("removing series 2");
  }
}
