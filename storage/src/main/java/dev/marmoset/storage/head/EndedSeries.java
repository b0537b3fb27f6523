package dev.marmoset.storage.head;

import dev.marmoset.storage.head.beside.ExemplarRing;
import dev.marmoset.storage.head.open.SeriesLines;
import dev.marmoset.storage.head.window.HeadWindow;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.SeriesHolder;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// Removes series that have ended, so that memory is that of the living.
///
/// A series has ended when nothing of it is in memory but itself, nobody has sent it for [#IDLE_MS], and nobody else
/// knows its id. Once a minute all series are looked at; those that seem to have ended are removed over the next steps. Whether
/// one really has is found out in the very hold of the lock that removes it, from those who hold ids, so nobody has to
/// tell when he uses one and a sample costs nothing more:
///
/// | who holds ids                                           | how long                                            |
/// |---------------------------------------------------------|-----------------------------------------------------|
/// | its line: an open chunk, a closed chunk in a window      | until the window is in a block and nobody reads it    |
/// | late rows of a window, in memory and in runs             | likewise                                              |
/// | the ring of exemplars                                    | until newer ones take the place                       |
/// | a replay, for the series its segment defines             | until the segment ends                                |
/// | the log, for what is judged and not applied              | a commit                                              |
/// | the log, for what its segment defines                    | not asked: it is told, before the id is taken again   |
/// | readers                                                  | not asked: `series.SeriesIds` keeps the id until they leave |
///
/// What comes back later is a new series with the same labels. What is lost is that a repetition of its latest sample is
/// told from a new one: both are stored, and the conflict rule decides as between any two.
///
/// [#step] is confined to one thread; it holds the head's lock for about a millisecond at a time.
final class EndedSeries {
  /// Longer than most scrape intervals: one that comes back costs a new definition in the log, about 40 B.
  static final long IDLE_MS = 1_800_000;
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(60);
  /// Series per hold of the lock that are looked at.
  private static final int LOOKED_AT = 8192;
  /// Series per hold of the lock that are removed: some 6 µs each.
  private static final int REMOVED = 128;
  /// Holds per step that remove: 4096 series, some 25 ms of a core when steps are a second apart.
  private static final int HOLDS = 32;
  /// Exemplars per hold of the lock that are looked at.
  private static final int EXEMPLARS = 1 << 16;
  /// Who waits for the lock gets it between two holds: without a pause they would follow each other.
  private static final long PAUSE_NANOS = 100_000;

  private final Head head;
  private final AcceptanceClock clock;
  /// Those that seemed to have ended when they were looked at. Confined to the thread of [#step].
  private final RoaringBitmap suspects = new RoaringBitmap();
  private final BitSet doomed = new BitSet();
  /// Exemplars before this one belong to none of the suspects.
  private long exemplarsSeen;
  private long lookedAt;
  /// Held by whoever relies on it that no series is removed and no labels are moved. Guarded by the head's lock.
  private int held;

  EndedSeries(Head head, AcceptanceClock clock) {
    this.head = head;
    this.clock = clock;
    this.lookedAt = clock.clock().nanos() - INTERVAL_NANOS;
  }

  /// Nothing is removed until [#release]. Under the head's lock.
  void hold() {
    held++;
  }

  void release() {
    held--;
  }

  /// Does what is due.
  ///
  /// @return how many series were removed
  int step(SeriesHolder log) {
    head.lock.lock();
    try {
      head.ids.turn();
    } finally {
      head.lock.unlock();
    }
    if (suspects.isEmpty() && clock.clock().nanos() - lookedAt >= INTERVAL_NANOS) {
      lookedAt = clock.clock().nanos();
      look();
      spareHeld();
    }
    int removed = 0;
    for (int i = 0; i < HOLDS && !suspects.isEmpty(); i++) {
      removed += removeSome(log);
    }
    return removed;
  }

  private void look() {
    exemplarsSeen = Long.MIN_VALUE;
    for (int from = 0, end = 1; from < end; from += LOOKED_AT) {
      head.lock.lock();
      try {
        if (held > 0) {
          return;
        }
        if (from == 0) {
          head.labels.drain();
        }
        end = head.ids.end();
        look(from, Math.min(end, from + LOOKED_AT));
      } finally {
        head.lock.unlock();
      }
      letOthers();
    }
  }

  private void look(int from, int to) {
    SeriesLines lines = head.lines;
    long before = before();
    for (int id = from; id < to; id++) {
      if (lines.isUsed(id)) {
        int address = lines.labelOffset(id);
        int moved = head.labels.move(address);
        if (moved != address) {
          lines.labelOffset(id, moved);
        }
        if (hasNoChunk(id, before)) {
          suspects.add(id);
        }
      }
    }
  }

  /// Spares those that could not be removed anyway, so that they are not looked at one by one.
  private void spareHeld() {
    List<HeadWindow> windows = head.windows.all();
    for (int i = -1; i < windows.size() && !suspects.isEmpty(); i++) {
      var known = new RoaringBitmap();
      head.lock.lock();
      try {
        if (i >= 0) {
          windows.get(i).late().addIds(known);
        } else {
          head.replays.forEach(replay -> replay.addIds(known));
        }
      } finally {
        head.lock.unlock();
      }
      suspects.andNot(known);
      letOthers();
    }
  }

  /// What came last before this time is in no window in memory, and long ago, ms.
  private long before() {
    return Math.min(clock.millis() - IDLE_MS, head.windows.oldestInOrder());
  }

  /// Whether no window in memory can have a chunk of the series.
  private boolean hasNoChunk(int id, long before) {
    return !head.openChunks.isOpen(id) && (!head.hasSamples(id) || head.lastTime(id) < before);
  }

  private int removeSome(SeriesHolder log) {
    int removed;
    head.lock.lock();
    try {
      removed = held == 0 && exemplarsAreSeen() ? removeUnheld(log) : 0;
    } finally {
      head.lock.unlock();
    }
    letOthers();
    return removed;
  }

  /// Looks at some of the exemplars that have not been looked at; answers whether none are left.
  private boolean exemplarsAreSeen() {
    ExemplarRing ring = head.exemplars;
    long from = Math.max(exemplarsSeen, ring.first());
    exemplarsSeen = Math.min(ring.end(), from + EXEMPLARS);
    for (long entry = from; entry < exemplarsSeen; entry++) {
      suspects.remove(ring.series(entry));
    }
    return exemplarsSeen == ring.end();
  }

  private int removeUnheld(SeriesHolder log) {
    long before = before();
    int[] next = nextSuspects();
    doomed.clear();
    for (int id : next) {
      if (hasNoChunk(id, before)) {
        doomed.set(id);
      }
    }
    head.windows.all().forEach(window -> window.late().spare(doomed));
    head.replays.forEach(replay -> replay.spare(doomed));
    log.spare(doomed);
    int[] ended = doomed.stream().toArray();
    for (int id : ended) {
      head.remove(id);
    }
    if (ended.length > 0) {
      log.forget(ended);
    }
    return ended.length;
  }

  private int[] nextSuspects() {
    var next = new int[Math.min(REMOVED, suspects.getCardinality())];
    PeekableIntIterator ids = suspects.getIntIterator();
    for (int i = 0; i < next.length; i++) {
      next[i] = ids.next();
    }
    for (int id : next) {
      suspects.remove(id);
    }
    return next;
  }

  private void letOthers() {
    if (head.lock.hasQueuedThreads()) {
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }
}
