package dev.marmoset.storage.head.open;

import dev.marmoset.storage.io.Slab;

/// One line of 64 bytes per series, off-heap: everything that looking a series up and appending to it touches.
///
/// The series id is the slot number. A line without a series has no labels.
///
/// | word | content                                                                                            |
/// |------|----------------------------------------------------------------------------------------------------|
/// | 0    | low word of the label hash: tells series apart behind equal table tags, and confirms a prediction   |
/// | 1    | time of the latest sample, ms                                                                       |
/// | 2    | value bits of the latest sample; for a histogram the hash of its content                            |
/// | 3    | bits of the open chunk that do not fill a word yet, left-aligned                                    |
/// | 4    | last time delta of the open chunk, ms                                                               |
/// | 5    | high half: label offset in `series.SeriesLabelStore`; low half: tail segment of the open chunk, or −1 |
/// | 6    | ref of the newest closed chunk (`window.HeadWindow`), 0 = none                                       |
/// | 7    | packed: see the shifts below                                                                        |
///
/// Not thread-safe: guarded by the head's lock.
public final class SeriesLines implements AutoCloseable {
  static final int LOW_HASH = 0;
  /// Word of the time of the latest sample, ms.
  public static final int LAST_TIME = 1;
  /// Word of what tells the latest sample from another of its time.
  public static final int LAST_VALUE = 2;
  static final int PENDING_BITS = 3;
  static final int LAST_DELTA = 4;
  static final int LABELS_AND_TAIL = 5;
  /// Word of the ref of the newest closed chunk.
  public static final int CLOSED_CHUNK = 6;
  static final int PACKED = 7;

  /// Samples of the open chunk, 0..120; 0 = no open chunk.
  static final int COUNT_SHIFT = 0;
  static final int COUNT_BITS = 7;
  /// Used bits of the pending word, 0..63.
  static final int PENDING_SHIFT = COUNT_SHIFT + COUNT_BITS;
  static final int PENDING_BITS_BITS = 6;
  /// Used words of the tail segment, 0..7.
  static final int TAIL_WORDS_SHIFT = PENDING_SHIFT + PENDING_BITS_BITS;
  static final int TAIL_WORDS_BITS = 3;
  /// The XOR window of the open chunk: leading zeros << 8 | length.
  static final int XOR_WINDOW_SHIFT = TAIL_WORDS_SHIFT + TAIL_WORDS_BITS;
  static final int XOR_WINDOW_BITS = 13;
  /// Time of the open chunk's first sample, ms after its window's start: 7,200,000 takes 23 bits.
  static final int FIRST_SHIFT = XOR_WINDOW_SHIFT + XOR_WINDOW_BITS;
  static final int FIRST_BITS = 23;
  /// What the latest sample is: 0 nothing yet, 1 a float, 2 a histogram.
  static final int LATEST_SHIFT = FIRST_SHIFT + FIRST_BITS;
  static final int LATEST_BITS = 2;

  /// Nothing has been applied yet.
  public static final int LATEST_NONE = 0;
  /// A float: the last value is its bits.
  public static final int LATEST_FLOAT = 1;
  /// A histogram: the last value is the hash of its content.
  public static final int LATEST_HISTOGRAM = 2;

  /// Stands for the label offset of a line without a series; no entry of labels can begin there.
  private static final int NO_LABELS = -1;

  private final Slab slab = new Slab();
  private int size;

  /// Begins the line of a series.
  ///
  /// @param id one that had a line before, or the next one
  public void add(int id, long lowHash, int labelOffset) {
    while (slab.slotsInUse() <= id) {
      slab.allocate();
    }
    size++;
    begin(id, lowHash, labelOffset);
  }

  private void begin(int id, long lowHash, int labelOffset) {
    slab.set(id, LOW_HASH, lowHash);
    slab.set(id, LAST_TIME, 0);
    slab.set(id, LAST_VALUE, 0);
    slab.set(id, PENDING_BITS, 0);
    slab.set(id, LAST_DELTA, 0);
    slab.set(id, LABELS_AND_TAIL, (long) labelOffset << 32 | 0xFFFF_FFFFL);
    slab.set(id, CLOSED_CHUNK, 0);
    slab.set(id, PACKED, 0);
  }

  /// Ends the line of a series. Nothing may be left of it in memory.
  public void remove(int id) {
    size--;
    begin(id, 0, NO_LABELS);
  }

  /// Whether there is a series with this id.
  public boolean isUsed(int id) {
    return labelOffset(id) != NO_LABELS;
  }

  /// Notes where the labels of a series have moved.
  public void labelOffset(int id, int labelOffset) {
    slab.set(id, LABELS_AND_TAIL,
        (long) labelOffset << 32 | slab.get(id, LABELS_AND_TAIL) & 0xFFFF_FFFFL);
  }

  /// One word of a line: one of the constants above.
  public long get(int id, int word) {
    return slab.get(id, word);
  }

  void set(int id, int word, long value) {
    slab.set(id, word, value);
  }

  /// Copies a line to an array, by word.
  void load(int id, long[] line) {
    slab.load(id, line);
  }

  /// Sets a whole line.
  void store(int id, long[] line) {
    slab.store(id, line);
  }

  /// Low word of the hash of the series' labels.
  public long lowHash(int id) {
    return slab.get(id, LOW_HASH);
  }

  /// Where the labels of a series are.
  public int labelOffset(int id) {
    return (int) (slab.get(id, LABELS_AND_TAIL) >>> 32);
  }

  /// What the latest sample of the series is: one of the `LATEST_` constants.
  public int latest(int id) {
    return field(slab.get(id, PACKED), LATEST_SHIFT, LATEST_BITS);
  }

  /// Series with a line.
  int size() {
    return size;
  }

  /// Off-heap memory of the lines, bytes.
  public long memoryBytes() {
    return slab.memoryBytes();
  }

  static int field(long packed, int shift, int bits) {
    return (int) (packed >>> shift) & (1 << bits) - 1;
  }

  @Override
  public void close() {
    slab.close();
  }
}
