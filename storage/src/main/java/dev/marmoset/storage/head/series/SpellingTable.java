package dev.marmoset.storage.head.series;

import java.util.Arrays;

/// Finds a series id by the 128-bit hash of how a sender spells its labels in symbols.
///
/// Holds only spellings that have been seen, one per series: the canonical order of the labels. 28 to 44 B per series
/// that came by remote write 2.0, nothing for others. Not thread-safe: guarded by the head's lock.
public final class SpellingTable {
  /// What the low word of a series without a spelling reads as; a spelling with this hash is not kept.
  private static final long NONE = 0;

  private long[] lows = {};
  /// Upper halves of the high words: where a series is in the table. Its labels do not tell, because a sender may spell
  /// them in another order.
  private int[] tags = {};
  private final SeriesTable table = new SeriesTable(this::low);

  /// Whether this is the low word of the hash of a series' spelling.
  public boolean holds(int id, long low) {
    return low != NONE && low(id) == low;
  }

  /// Id of the series with this spelling, or −1.
  public int find(long high, long low) {
    return table.find(high, low);
  }

  /// Notes the spelling of a series, unless it is known.
  public void add(int id, long high, long low) {
    if (low == NONE || low(id) != NONE) {
      return;
    }
    if (id >= lows.length) {
      lows = Arrays.copyOf(lows, Math.max(id + 1, lows.length + (lows.length >> 1)));
      tags = Arrays.copyOf(tags, lows.length);
    }
    lows[id] = low;
    tags[id] = (int) (high >>> Integer.SIZE);
    table.add(high, id);
  }

  /// Forgets the spelling of a series, if one is known.
  public void remove(int id) {
    if (low(id) != NONE) {
      table.remove((long) tags[id] << Integer.SIZE, id);
      lows[id] = NONE;
    }
  }

  /// Memory of what has been seen, bytes; 0 while nothing has.
  public long memoryBytes() {
    return lows.length == 0 ? 0 : (Long.BYTES + Integer.BYTES) * (long) lows.length + table.memoryBytes();
  }

  private long low(int id) {
    return id < lows.length ? lows[id] : NONE;
  }
}
