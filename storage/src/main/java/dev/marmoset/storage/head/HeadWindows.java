package dev.marmoset.storage.head;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// The windows that have samples in the head, by start time.
///
/// Changed under the head's lock; may be read by any thread.
final class HeadWindows implements AutoCloseable {
  private final Path scratch;
  private final ConcurrentSkipListMap<Long, HeadWindow> windows = new ConcurrentSkipListMap<>();
  /// The window used last: nearly every sample is of the current one, so the division by its length is spared.
  private long currentStart = Long.MAX_VALUE;
  private long currentEnd = Long.MIN_VALUE;
  private @Nullable HeadWindow lastUsed;

  /// @param scratch existing directory for the files of the windows
  HeadWindows(Path scratch) {
    this.scratch = scratch;
  }

  /// Whether two times are of the same window. Under the head's lock.
  boolean sameWindow(long a, long b) {
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

  /// The window of time `t` (ms); it is opened when it has no sample yet. Under the head's lock.
  HeadWindow at(long t) {
    HeadWindow last = lastUsed;
    if (last == null || t < last.start() || t > last.lastTime()) {
      last = find(t);
      lastUsed = last;
    }
    return last;
  }

  private HeadWindow find(long t) {
    return windows.computeIfAbsent(ChunkCut.windowStart(t),
        start -> new HeadWindow(start, scratch.resolve("window-" + start)));
  }

  /// Windows that overlap an inclusive range, ascending.
  Collection<HeadWindow> overlapping(TimeRange range) {
    if (range.maxt() < range.mint()) {
      return windows.headMap(Long.MIN_VALUE).values();
    }
    return windows.subMap(floor(range.mint()), true, range.maxt(), true).values();
  }

  /// All windows, ascending.
  Collection<HeadWindow> all() {
    return windows.values();
  }

  /// The closed chunk behind a ref of [HeadWindow#closeChunk].
  ///
  /// @throws IOException if scratch does not give it
  Chunk chunk(long ref) throws IOException {
    return owner(ref).readChunk(ref);
  }

  /// The header of the closed chunk behind a ref.
  ///
  /// @throws IOException if scratch does not give it
  ClosedChunkHeader header(long ref) throws IOException {
    return owner(ref).readHeader(ref);
  }

  /// Time of the oldest sample, ms; [Long#MAX_VALUE] without samples.
  long oldestTime() {
    return windows.values().stream().mapToLong(HeadWindow::minTime).min().orElse(Long.MAX_VALUE);
  }

  @Override
  public void close() throws IOException {
    for (HeadWindow window : windows.values()) {
      window.close();
    }
  }

  private HeadWindow owner(long ref) throws IOException {
    HeadWindow window = windows.get(HeadWindow.startOf(ref));
    if (window == null) {
      throw new IOException(
          "reading a closed chunk of window " + HeadWindow.startOf(ref) + ": the window is gone");
    }
    return window;
  }

  /// Start of the window of `t`, without overflow at the ends of the number range.
  private static long floor(long t) {
    return t < Long.MIN_VALUE + ChunkCut.WINDOW_MS ? Long.MIN_VALUE : ChunkCut.windowStart(t);
  }
}
