package dev.marmoset.storage.head.window;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.head.late.LateSort;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The windows that have samples in the head.
///
/// ```
///   growing ── freeze ──► frozen ── hide ──► hidden from queriers opened later ── drop ──► gone
/// ```
/// A window is frozen so that it can be written to a block; what comes for it afterwards goes to the late rows of a new
/// growing one. Below [#inOrderFrom] nothing is appended to an open chunk, so what is frozen does not change. It is
/// hidden when the block is there, and dropped when nobody reads it any more.
///
/// Changed under the head's lock; may be read by any thread.
public final class HeadWindows implements AutoCloseable {
  private static final int RECENT = 32;

  private final Path scratch;
  private final ConcurrentSkipListMap<Long, HeadWindow> growing = new ConcurrentSkipListMap<>();
  /// Frozen and hidden ones: few, for as long as it takes to write a block.
  private final List<HeadWindow> frozen = new CopyOnWriteArrayList<>();
  /// The window used last: nearly every sample is of the current one, so the division by its length is spared.
  private long currentStart = Long.MAX_VALUE;
  private long currentEnd = Long.MIN_VALUE;
  private @Nullable HeadWindow lastUsed;
  /// Late samples jump between the growing windows of a day: each is looked up once.
  private final @Nullable HeadWindow[] recent = new HeadWindow[RECENT];
  private final LateSort lateSort = new LateSort();
  private long inOrderFrom = Long.MIN_VALUE;
  private HeadView view = new HeadView(0, Long.MIN_VALUE);
  private long files;
  private long now;

  /// @param scratch existing directory for the files of the windows
  public HeadWindows(Path scratch) {
    this.scratch = scratch;
  }

  /// States when what is applied next came, by the acceptance clock, ms. Under the head's lock.
  public void applying(long acceptanceClock) {
    now = acceptanceClock;
  }

  /// Whether two times are of the same window. Under the head's lock.
  public boolean sameWindow(long a, long b) {
    if (a >= currentStart && a < currentEnd && b >= currentStart && b < currentEnd) {
      return true;
    }
    if (ChunkCut.windowStart(a) != ChunkCut.windowStart(b)) {
      return false;
    }
    currentStart = ChunkCut.windowStart(a);
    currentEnd = currentStart + ChunkCut.WINDOW_MS;
    return true;
  }

  /// The growing window of time `t` (ms); it is opened when it has no sample yet. Under the head's lock.
  public HeadWindow at(long t) {
    HeadWindow last = lastUsed;
    if (last == null || t < last.start() || t > last.lastTime()) {
      last = recent(ChunkCut.windowStart(t));
      lastUsed = last;
    }
    return last;
  }

  private HeadWindow recent(long start) {
    int slot = (int) Math.floorMod(start / ChunkCut.WINDOW_MS, (long) RECENT);
    HeadWindow window = recent[slot];
    if (window == null || window.start() != start) {
      window = growing.computeIfAbsent(start, this::open);
      recent[slot] = window;
    }
    return window;
  }

  private HeadWindow open(long start) {
    return new HeadWindow(start, scratch.resolve("window-" + start + "-" + files++), start >= inOrderFrom,
        now, lateSort);
  }

  /// The window that owns the open and closed chunks of time `t`; empty when it has been dropped.
  public Optional<HeadWindow> inOrder(long t) {
    HeadWindow recently = lastUsed;
    if (recently != null && recently.isInOrder() && t >= recently.start() && t <= recently.lastTime()) {
      return Optional.of(recently);
    }
    HeadWindow last = growing.get(ChunkCut.windowStart(t));
    if (last != null && last.isInOrder()) {
      return Optional.of(last);
    }
    for (HeadWindow window : frozen) {
      if (window.isInOrder() && window.start() == ChunkCut.windowStart(t)) {
        return Optional.of(window);
      }
    }
    return Optional.empty();
  }

  /// Samples before this time go to late rows, ms. Under the head's lock.
  public long inOrderFrom() {
    return inOrderFrom;
  }

  /// Has samples before `t` (ms, the end of a window) go to late rows from now on. Under the head's lock.
  public void endInOrder(long t) {
    inOrderFrom = Math.max(inOrderFrom, t);
    currentStart = Long.MAX_VALUE;
    currentEnd = Long.MIN_VALUE;
  }

  /// Freezes the window of a start time, ms. Under the head's lock.
  ///
  /// @return the frozen window; empty when it has no sample
  /// @throws IllegalStateException if an earlier window still has open chunks: it must be frozen before
  public Optional<HeadWindow> freeze(long start) {
    for (HeadWindow earlier : growing.headMap(start).values()) {
      if (earlier.isInOrder()) {
        throw new IllegalStateException(
            "freezing window " + start + ": window " + earlier.start() + " must be frozen before it");
      }
    }
    endInOrder(start + ChunkCut.WINDOW_MS);
    lastUsed = null;
    Arrays.fill(recent, null);
    HeadWindow window = growing.remove(start);
    if (window != null) {
      frozen.add(window);
    }
    return Optional.ofNullable(window);
  }

  /// Hides a frozen window from queriers that are opened from now on. One with chunks waits until those before it are
  /// hidden, because the closed chunks of a series form a chain through them. Under the head's lock.
  public void hide(HeadWindow window) {
    window.askToHide();
    long epoch = view.epoch() + 1;
    long from = view.inOrderFrom();
    boolean blocked = false;
    for (HeadWindow next : frozen.stream().sorted(Comparator.comparingLong(HeadWindow::start)).toList()) {
      if (next.isInOrder()) {
        blocked |= !next.isAskedToHide();
        from = blocked ? from : Math.max(from, next.start() + ChunkCut.WINDOW_MS);
      }
      if (next.isAskedToHide() && !(next.isInOrder() && blocked)) {
        next.hide(epoch);
      }
    }
    view = new HeadView(epoch, from);
  }

  /// Forgets a frozen window that nobody reads any more, and those that waited for it. One that is not hidden waits for
  /// the one that keeps it from being hidden. Under the head's lock.
  ///
  /// @return whether chunks in order have gone
  public boolean drop(HeadWindow window) throws IOException {
    window.askToDrop();
    boolean inOrder = false;
    for (HeadWindow next : frozen) {
      if (next.isAskedToDrop() && next.isHidden()) {
        inOrder |= next.isInOrder();
        frozen.remove(next);
        next.close();
      }
    }
    return inOrder;
  }

  /// What a querier opened now sees. Under the head's lock.
  public HeadView view() {
    return view;
  }

  /// Windows that overlap an inclusive range, ascending by start.
  public List<HeadWindow> overlapping(TimeRange range, HeadView seen) {
    var found = new ArrayList<HeadWindow>();
    for (HeadWindow window : growing.headMap(range.maxt(), true).values()) {
      if (range.overlaps(window.start(), window.lastTime())) {
        found.add(window);
      }
    }
    if (!frozen.isEmpty()) {
      for (HeadWindow window : frozen) {
        if (range.overlaps(window.start(), window.lastTime()) && window.isSeenBy(seen)) {
          found.add(window);
        }
      }
      found.sort(Comparator.comparingLong(HeadWindow::start));
    }
    return found;
  }

  /// All windows that are not dropped.
  public List<HeadWindow> all() {
    var all = new ArrayList<>(growing.values());
    all.addAll(frozen);
    return all;
  }

  /// The growing windows, ascending.
  public List<HeadWindow> growing() {
    return List.copyOf(growing.values());
  }

  /// The closed chunk behind a ref of [HeadWindow#closeChunk].
  ///
  /// @throws IOException if scratch does not give it
  public HeadWindow.ClosedChunk chunk(long ref) throws IOException {
    return owner(ref).readChunk(ref);
  }

  /// The header of the closed chunk behind a ref.
  ///
  /// @throws IOException if scratch does not give it
  public ClosedChunkHeader header(long ref) throws IOException {
    return owner(ref).readHeader(ref);
  }

  /// Start of the oldest window that owns chunks, ms; [Long#MAX_VALUE] without one. A chunk before it is in a block.
  public long oldestInOrder() {
    long oldest = Long.MAX_VALUE;
    for (HeadWindow window : growing.values()) {
      if (window.isInOrder()) {
        oldest = window.start();
        break;
      }
    }
    for (HeadWindow window : frozen) {
      oldest = window.isInOrder() ? Math.min(oldest, window.start()) : oldest;
    }
    return oldest;
  }

  /// Time of the oldest sample, ms; [Long#MAX_VALUE] without samples.
  public long oldestTime() {
    return all().stream().mapToLong(HeadWindow::minTime).min().orElse(Long.MAX_VALUE);
  }

  @Override
  public void close() throws IOException {
    for (HeadWindow window : all()) {
      window.close();
    }
  }

  private HeadWindow owner(long ref) throws IOException {
    long start = HeadWindow.startOf(ref);
    return inOrder(start).orElseThrow(
        () -> new IOException("reading a closed chunk of window " + start + ": the window is gone"));
  }
}
