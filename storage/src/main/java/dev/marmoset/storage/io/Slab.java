package dev.marmoset.storage.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Off-heap memory carved into slots of 64 bytes, one cache line each, addressed by a slot number from 0.
///
/// Grows in pages of 1 MiB and never shrinks; freed slots are handed out again. Every access is bounds-checked by the
/// memory segment beneath. Foreign memory instead of Chronicle Bytes: the same speed, released deterministically, and
/// it needs no flag of the JVM. Not thread-safe.
public final class Slab implements AutoCloseable {
  /// Bytes of a slot.
  public static final int SLOT_BYTES = 64;
  /// Longs of a slot.
  public static final int SLOT_WORDS = SLOT_BYTES / Long.BYTES;

  private static final int PAGE_SHIFT = 14;
  private static final int PAGE_SLOTS = 1 << PAGE_SHIFT;
  private static final long PAGE_BYTES = (long) PAGE_SLOTS * SLOT_BYTES;
  private static final int NONE = -1;
  /// Slots are aligned; this layout only spares a check of it per access.
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Arena arena = Arena.ofShared();
  private MemorySegment[] pages = new MemorySegment[0];
  private int used;
  private int free = NONE;
  private int freeCount;

  /// An empty slab; memory is taken when slots are.
  public Slab() {}

  /// Takes a slot. Its content is undefined.
  public int allocate() {
    if (free != NONE) {
      int slot = free;
      free = (int) get(slot, 0);
      freeCount--;
      return slot;
    }
    if (used == pages.length * PAGE_SLOTS) {
      pages = Arrays.copyOf(pages, pages.length + 1);
      pages[pages.length - 1] = arena.allocate(PAGE_BYTES, SLOT_BYTES);
    }
    return used++;
  }

  /// Gives a slot back; its first word is overwritten.
  public void release(int slot) {
    set(slot, 0, free);
    free = slot;
    freeCount++;
  }

  /// Word `word` (0..7) of a slot.
  public long get(int slot, int word) {
    return pages[slot >>> PAGE_SHIFT].get(WORD, offset(slot, word));
  }

  /// Sets word `word` (0..7) of a slot.
  public void set(int slot, int word, long value) {
    pages[slot >>> PAGE_SHIFT].set(WORD, offset(slot, word), value);
  }

  /// Copies the words of a slot to `target`. For whoever looks at several: the checks of one access pay for all.
  public void load(int slot, long[] target) {
    MemorySegment page = pages[slot >>> PAGE_SHIFT];
    long at = offset(slot, 0);
    for (int word = 0; word < SLOT_WORDS; word++) {
      target[word] = page.get(WORD, at + (long) word * Long.BYTES);
    }
  }

  /// Sets the words of a slot.
  public void store(int slot, long[] source) {
    MemorySegment page = pages[slot >>> PAGE_SHIFT];
    long at = offset(slot, 0);
    for (int word = 0; word < SLOT_WORDS; word++) {
      page.set(WORD, at + (long) word * Long.BYTES, source[word]);
    }
  }

  /// Slots in use.
  public int slotsInUse() {
    return used - freeCount;
  }

  /// Bytes taken from the operating system.
  public long memoryBytes() {
    return pages.length * PAGE_BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }

  private static long offset(int slot, int word) {
    return (long) (slot & PAGE_SLOTS - 1) * SLOT_BYTES + (long) word * Long.BYTES;
  }
}
