package dev.marmoset.storage.head.beside;

import dev.marmoset.storage.labels.LabelHash;
import java.util.Arrays;

/// The exemplars of all series, the latest ones by arrival.
///
/// Entries are numbered as they arrive; entry n lies in slot n mod length. Columns of primitives and one byte array of
/// labels ([dev.marmoset.storage.labels.LabelRegion]) per entry: some 110 B for an exemplar with a trace id. The columns
/// begin empty and double up to the bound. A chained hash over the content finds an equal exemplar; its key is secret,
/// so that no sender can build long chains. Guarded by the head's lock.
public final class ExemplarRing {
  /// Bytes of labels that an exemplar may take on average: a trace and a span id take 75. 128 characters take up to
  /// 1.3 KiB, so without this bound the ring could grow to ten times what is usual.
  static final int LABEL_BYTES = 256;
  private static final int FIRST = 256;
  private static final byte[] GONE = {};

  private final int most;
  private final long mostLabelBytes;
  private final LabelHash hash;
  private long first;
  private long end;
  private long labelBytes;
  private int[] series = {};
  private long[] times = {};
  private long[] values = {};
  private byte[][] regions = {};
  /// First slot of a chain plus 1; 0 ends it.
  private int[] chains = {};
  private int[] next = {};

  /// @param most exemplars at a time; 0 keeps none
  /// @param hash keyed
  public ExemplarRing(int most, LabelHash hash) {
    this.most = most;
    this.mostLabelBytes = (long) most * LABEL_BYTES;
    this.hash = hash;
  }

  /// Whether exemplars are kept at all.
  public boolean keeps() {
    return most > 0;
  }

  /// Whether an equal exemplar is held.
  public boolean holds(int id, long t, long valueBits, byte[] region) {
    return find(chain(id, t, valueBits, region), id, t, valueBits, region);
  }

  /// Adds an exemplar, unless an equal one is held, and lets go of the oldest ones by arrival where room is needed.
  ///
  /// @param region canonical bytes of its labels, owned by the ring from now on
  /// @return whether it was added
  public boolean add(int id, long t, long valueBits, byte[] region) {
    if (most == 0 || holds(id, t, valueBits, region)) {
      return false;
    }
    while (first < end && (size() == most || labelBytes + region.length > mostLabelBytes)) {
      evict();
    }
    if (size() == series.length) {
      grow();
    }
    int slot = slot(end++);
    series[slot] = id;
    times[slot] = t;
    values[slot] = valueBits;
    regions[slot] = region;
    labelBytes += region.length;
    link(slot);
    return true;
  }

  /// Number of the oldest entry.
  public long first() {
    return first;
  }

  /// Number that the next entry will get.
  public long end() {
    return end;
  }

  /// Exemplars held.
  public int size() {
    return (int) (end - first);
  }

  /// Head id of the series of an entry.
  public int series(long entry) {
    return series[slot(entry)];
  }

  /// Time of an entry, ms.
  public long time(long entry) {
    return times[slot(entry)];
  }

  /// Raw value bits of an entry.
  public long valueBits(long entry) {
    return values[slot(entry)];
  }

  /// Canonical bytes of the labels of an entry; not to be modified.
  public byte[] region(long entry) {
    return regions[slot(entry)];
  }

  /// Memory of the ring.
  public long memoryBytes() {
    return (long) series.length * (4L * Integer.BYTES + 2L * Long.BYTES) + labelBytes + 16L * size();
  }

  private int slot(long entry) {
    return (int) entry & series.length - 1;
  }

  private int chain(int id, long t, long valueBits, byte[] region) {
    long mixed = (hash.low(region, 0, region.length) ^ t) * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 29 ^ valueBits) * 0xBB67AE8584CAA73BL;
    mixed = (mixed ^ mixed >>> 32 ^ id) * 0x9E3779B97F4A7C15L ^ hash.high(region, 0, region.length);
    return chains.length == 0 ? 0 : (int) (mixed >>> 32) & chains.length - 1;
  }

  private boolean find(int chain, int id, long t, long valueBits, byte[] region) {
    for (int at = chains.length == 0 ? 0 : chains[chain]; at != 0; at = next[at - 1]) {
      int slot = at - 1;
      if (series[slot] == id && times[slot] == t && values[slot] == valueBits
          && Arrays.equals(regions[slot], region)) {
        return true;
      }
    }
    return false;
  }

  private void link(int slot) {
    int chain = chain(series[slot], times[slot], values[slot], regions[slot]);
    next[slot] = chains[chain];
    chains[chain] = slot + 1;
  }

  private void evict() {
    int slot = slot(first++);
    byte[] region = regions[slot];
    int chain = chain(series[slot], times[slot], values[slot], region);
    if (chains[chain] == slot + 1) {
      chains[chain] = next[slot];
    } else {
      int before = chains[chain] - 1;
      while (next[before] != slot + 1) {
        before = next[before] - 1;
      }
      next[before] = next[slot];
    }
    labelBytes -= region.length;
    regions[slot] = GONE;
  }

  private void grow() {
    int length = Math.max(FIRST, 2 * series.length);
    int[] newSeries = new int[length];
    long[] newTimes = new long[length];
    long[] newValues = new long[length];
    byte[][] newRegions = new byte[length][];
    for (long entry = first; entry < end; entry++) {
      int from = slot(entry);
      int to = (int) entry & length - 1;
      newSeries[to] = series[from];
      newTimes[to] = times[from];
      newValues[to] = values[from];
      newRegions[to] = regions[from];
    }
    series = newSeries;
    times = newTimes;
    values = newValues;
    regions = newRegions;
    chains = new int[length];
    next = new int[length];
    for (long entry = first; entry < end; entry++) {
      link(slot(entry));
    }
  }
}
