package dev.marmoset.storage.head;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the samples of one series of the head as one lane of chunks.
final class SeriesReader {
  private final Head head;
  private final int id;

  SeriesReader(Head head, int id) {
    this.head = head;
    this.id = id;
  }

  /// Whether the series has a chunk or a late sample that overlaps the range. Under the head's lock.
  ///
  /// @throws IOException if scratch does not give what has to be looked at
  boolean overlaps(TimeRange range) throws IOException {
    SeriesLines lines = head.lines;
    if (lines.latest(id) == SeriesLines.LATEST_NONE) {
      return false;
    }
    boolean open = head.openChunks.isOpen(id);
    if (open && range.overlaps(head.openChunks.firstTime(id), lines.get(id, SeriesLines.LAST_TIME))) {
      return true;
    }
    return closedChunkOverlaps(lines.get(id, SeriesLines.CLOSED_CHUNK), range) || lateRowOverlaps(range);
  }

  /// The chunks that overlap the range. Takes the head's lock while it copies what may change.
  ///
  /// @throws IOException if scratch does not give a chunk or a late row
  List<Chunk> chunks(TimeRange range) throws IOException {
    Chunk open;
    long closed;
    var late = new TreeMap<Long, LateOfWindow>();
    head.lock.lock();
    try {
      open = head.openChunk(id);
      closed = head.lines.get(id, SeriesLines.CLOSED_CHUNK);
      for (HeadWindow window : head.windows.overlapping(range)) {
        List<LateRow> rows = window.late().of(id);
        if (!rows.isEmpty()) {
          late.put(window.start(), new LateOfWindow(rows, window.late().histograms()));
        }
      }
    } finally {
      head.lock.unlock();
    }
    return lane(inOrder(open, closed, range), late, range);
  }

  /// The chunks of the in-order path that lie in windows the range touches, ascending.
  private List<Chunk> inOrder(@Nullable Chunk open, long newest, TimeRange range) throws IOException {
    var chunks = new ArrayDeque<Chunk>();
    if (open != null && windowOverlaps(open.minTime(), range)) {
      chunks.addFirst(open);
    }
    long ref = newest;
    while (ref != 0) {
      ClosedChunkHeader header = head.windows.header(ref);
      if (windowOverlaps(header.minTime(), range)) {
        chunks.addFirst(head.windows.chunk(ref));
      } else if (header.maxTime() < range.mint()) {
        break;
      }
      ref = header.previous();
    }
    return List.copyOf(chunks);
  }

  private static List<Chunk> lane(List<Chunk> inOrder, TreeMap<Long, LateOfWindow> late, TimeRange range)
      throws IOException {
    var lane = new ArrayList<Chunk>(inOrder.size());
    int at = 0;
    for (var window : late.entrySet()) {
      int from = firstInOrAfter(inOrder, at, window.getKey());
      int to = firstInOrAfter(inOrder, from, window.getKey() + ChunkCut.WINDOW_MS);
      lane.addAll(inOrder.subList(at, from));
      lane.addAll(LaneMerge.merge(inOrder.subList(from, to), window.getValue().rows(),
          window.getValue().histograms()));
      at = to;
    }
    lane.addAll(inOrder.subList(at, inOrder.size()));
    lane.removeIf(chunk -> !range.overlaps(chunk.minTime(), chunk.maxTime()));
    return lane;
  }

  private static int firstInOrAfter(List<Chunk> chunks, int from, long t) {
    int i = from;
    while (i < chunks.size() && chunks.get(i).minTime() < t) {
      i++;
    }
    return i;
  }

  private boolean closedChunkOverlaps(long newest, TimeRange range) throws IOException {
    long ref = newest;
    while (ref != 0) {
      ClosedChunkHeader header = head.windows.header(ref);
      if (range.overlaps(header.minTime(), header.maxTime())) {
        return true;
      }
      if (header.maxTime() < range.mint()) {
        return false;
      }
      ref = header.previous();
    }
    return false;
  }

  private boolean lateRowOverlaps(TimeRange range) throws IOException {
    for (HeadWindow window : head.windows.overlapping(range)) {
      if (window.late().of(id).stream().anyMatch(row -> range.contains(row.t()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean windowOverlaps(long t, TimeRange range) {
    long start = ChunkCut.windowStart(t);
    return range.overlaps(start, start + ChunkCut.WINDOW_MS - 1);
  }

  /// Late samples of the series in one window.
  private record LateOfWindow(List<LateRow> rows, HistogramScratch histograms) {}
}
