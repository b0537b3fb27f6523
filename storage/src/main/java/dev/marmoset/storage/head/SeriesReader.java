package dev.marmoset.storage.head;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.lane.LaneUnion;
import dev.marmoset.storage.head.late.HistogramScratch;
import dev.marmoset.storage.head.late.LaneMerge;
import dev.marmoset.storage.head.late.LateRow;
import dev.marmoset.storage.head.open.SeriesLines;
import dev.marmoset.storage.head.window.ClosedChunkHeader;
import dev.marmoset.storage.head.window.HeadView;
import dev.marmoset.storage.head.window.HeadWindow;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the samples of one series of the head as one lane of chunks.
final class SeriesReader {
  private final Head head;
  private final int id;
  private final HeadView view;

  /// @param view what the reader sees of the windows
  SeriesReader(Head head, int id, HeadView view) {
    this.head = head;
    this.id = id;
    this.view = view;
  }

  /// Whether the series has a chunk or a late sample that overlaps the range. Under the head's lock.
  ///
  /// @throws IOException if scratch does not give what has to be looked at
  boolean overlaps(TimeRange range) throws IOException {
    SeriesLines lines = head.lines;
    if (head.openChunks.isOpen(id)) {
      long first = head.openChunks.firstTime(id);
      if (isShown(first) && range.overlaps(first, lines.get(id, SeriesLines.LAST_TIME))) {
        return true;
      }
    }
    return closedChunkOverlaps(lines.get(id, SeriesLines.CLOSED_CHUNK), range) || lateRowOverlaps(range);
  }

  private boolean isShown(long firstTime) {
    return firstTime >= view.inOrderFrom();
  }

  private boolean isShownChunk(long ref) {
    return ref != 0 && isShown(HeadWindow.startOf(ref));
  }

  /// The chunks that overlap the range. Takes the head's lock while it copies what may change.
  ///
  /// @throws IOException if scratch does not give a chunk or a late row
  List<Chunk> chunks(TimeRange range) throws IOException {
    Chunk open;
    long closed;
    var late = new ArrayList<LateOfWindow>();
    head.lock.lock();
    try {
      open = openChunk();
      closed = head.lines.get(id, SeriesLines.CLOSED_CHUNK);
      for (HeadWindow window : head.windows.overlapping(range, view)) {
        List<LateRow> rows = window.late().of(id);
        if (!rows.isEmpty()) {
          late.add(new LateOfWindow(window.start(), rows, window.late().histograms()));
        }
      }
    } finally {
      head.lock.unlock();
    }
    return lane(inOrder(open, closed, range), late, range);
  }

  /// What the head has of the series in one frozen window. Takes the head's lock while it copies what may change.
  ///
  /// @throws IOException if scratch does not give a chunk or a late row
  List<Chunk> chunksOf(HeadWindow window) throws IOException {
    Chunk open = null;
    long closed = 0;
    List<LateRow> rows;
    head.lock.lock();
    try {
      if (window.isInOrder()) {
        open = openChunk();
        closed = head.lines.get(id, SeriesLines.CLOSED_CHUNK);
      }
      rows = window.late().of(id);
    } finally {
      head.lock.unlock();
    }
    var range = new TimeRange(window.start(), window.lastTime());
    List<Chunk> chunks = inOrder(open, closed, range);
    return rows.isEmpty() ? chunks : LaneMerge.merge(chunks, rows, window.late().histograms());
  }

  private @Nullable Chunk openChunk() {
    return head.openChunks.isOpen(id) && isShown(head.openChunks.firstTime(id)) ? head.openChunk(id) : null;
  }

  /// The chunks of the in-order path that lie in windows the range touches, ascending.
  private List<Chunk> inOrder(@Nullable Chunk open, long newest, TimeRange range) throws IOException {
    var chunks = new ArrayDeque<Chunk>();
    if (open != null && windowOverlaps(open.minTime(), range)) {
      chunks.addFirst(open);
    }
    long ref = newest;
    while (isShownChunk(ref) && !endsBefore(ref, range)) {
      HeadWindow.ClosedChunk closed = head.windows.chunk(ref);
      if (windowOverlaps(closed.chunk().minTime(), range)) {
        chunks.addFirst(closed.chunk());
      }
      ref = closed.previous();
    }
    return List.copyOf(chunks);
  }

  /// @param late ascending by window; a window may come twice, frozen and growing
  private static List<Chunk> lane(List<Chunk> inOrder, List<LateOfWindow> late, TimeRange range)
      throws IOException {
    var lane = new ArrayList<Chunk>(inOrder.size());
    int at = 0;
    for (int i = 0; i < late.size();) {
      long start = late.get(i).start();
      int from = firstInOrAfter(inOrder, at, start);
      int to = firstInOrAfter(inOrder, from, start + ChunkCut.WINDOW_MS);
      lane.addAll(inOrder.subList(at, from));
      var union = LaneMerge.merge(inOrder.subList(from, to), late.get(i).rows(), late.get(i).histograms());
      for (i++; i < late.size() && late.get(i).start() == start; i++) {
        union = LaneUnion.merge(
            List.of(union, LaneMerge.merge(List.of(), late.get(i).rows(), late.get(i).histograms())));
      }
      lane.addAll(union);
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
    while (isShownChunk(ref) && !endsBefore(ref, range)) {
      ClosedChunkHeader header = head.windows.header(ref);
      if (range.overlaps(header.minTime(), header.maxTime())) {
        return true;
      }
      ref = header.previous();
    }
    return false;
  }

  /// Whether the window of a closed chunk, and thereby every chunk before it in the chain, ends before the range.
  private static boolean endsBefore(long ref, TimeRange range) {
    return HeadWindow.startOf(ref) + ChunkCut.WINDOW_MS <= range.mint();
  }

  private boolean lateRowOverlaps(TimeRange range) throws IOException {
    for (HeadWindow window : head.windows.overlapping(range, view)) {
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
  private record LateOfWindow(long start, List<LateRow> rows, HistogramScratch histograms) {}
}
