package dev.marmoset.storage.head.series;

import org.roaringbitmap.RoaringBitmap;

/// Hands out series ids: the lowest free one, so that series that come together have ids in a row.
///
/// ```
///   free ── take ──► in use ── giveUp ──► given up ── turn ──► waiting ── turn ──► free
/// ```
/// A reader remembers ids between two holds of the lock, and must not find another series behind one of them. So an id
/// that was given up while a reader was there is free only when that reader has left. Readers are counted in two phases:
/// a turn happens when nobody is left of the phase before, so who is there at the second turn behind [#giveUp] has come
/// after it. Guarded by the head's lock.
public final class SeriesIds {
  private final RoaringBitmap free = new RoaringBitmap();
  private RoaringBitmap givenUp = new RoaringBitmap();
  private RoaringBitmap waiting = new RoaringBitmap();
  private final int[] readers = new int[2];
  private int phase;
  private int end;

  /// Takes an id that nobody has.
  public int take() {
    if (free.isEmpty()) {
      return end++;
    }
    int id = free.first();
    free.remove(id);
    return id;
  }

  /// Whether there is an id to take that is at most `highest`.
  public boolean hasUpTo(int highest) {
    return !free.isEmpty() || end <= highest;
  }

  /// Gives an id back. The line behind it stays empty until it is taken again.
  public void giveUp(int id) {
    givenUp.add(id);
  }

  /// One more than the highest id so far.
  public int end() {
    return end;
  }

  /// States that somebody remembers ids from now on; answers what to give to [#leave].
  public int enter() {
    readers[phase]++;
    return phase;
  }

  /// States that a reader has forgotten the ids it knew.
  public void leave(int entered) {
    readers[entered]--;
  }

  /// Frees what no reader can know any more. To be called now and then.
  public void turn() {
    int before = 1 - phase;
    if (readers[before] == 0) {
      free.or(waiting);
      waiting = givenUp;
      givenUp = new RoaringBitmap();
      phase = before;
    }
  }
}
