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
    return pages[slot >>> PAGE_SHIFT].get(ValueLayout.JAVA_LONG, offset(slot, word));
  }

  /// Sets word `word` (0..7) of a slot.
  public void set(int slot, int word, long value) {
    pages[slot >>> PAGE_SHIFT].set(ValueLayout.JAVA_LONG, offset(slot, word), value);
  }

  /// A cursor over the slots of this slab. It does not see pages added later until it is moved.
  public Cursor cursor() {
    return new Cursor();
  }

  /// Stands on one slot, so that several accesses to it find the page only once: three times as fast for a dozen of
  /// them. Not thread-safe.
  public final class Cursor {
    private MemorySegment page = MemorySegment.NULL;
    private long base;

    private Cursor() {}

    /// Moves to a slot.
    public void move(int slot) {
      page = pages[slot >>> PAGE_SHIFT];
      base = offset(slot, 0);
    }

    /// Word `word` (0..7) of the slot.
    public long get(int word) {
      return page.get(ValueLayout.JAVA_LONG, base + (long) word * Long.BYTES);
    }

    /// Sets word `word` (0..7) of the slot.
    public void set(int word, long value) {
      page.set(ValueLayout.JAVA_LONG, base + (long) word * Long.BYTES, value);
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
