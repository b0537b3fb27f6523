package dev.marmoset.storage.head;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.head.series.LabelOrder;
import dev.marmoset.storage.head.window.HeadView;
import dev.marmoset.storage.head.window.HeadWindow;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// What the head has of one window and does not change any more. Thread-safe; the cursors it gives are not.
///
/// It stays readable, and queriers see it, until [#hide]; those opened before that see it until [#drop].
public final class FrozenWindow {
  /// Series per hold of the head's lock while ids are collected.
  private static final int BATCH = 8192;
  /// Series whose open chunks are fetched at once; 8 and 32 are no better.
  private static final int AHEAD = 16;

  private final Head head;
  private final HeadWindow window;

  FrozenWindow(Head head, HeadWindow window) {
    this.head = head;
    this.window = window;
  }

  /// First time of the window, ms.
  public long start() {
    return window.start();
  }

  /// Whether it owns open and closed chunks, not only late rows.
  public boolean isInOrder() {
    return window.isInOrder();
  }

  /// All series with samples in the window, ascending by labels, with these samples only. Takes 12 B of heap per series
  /// and 8 B per symbol while it is open.
  ///
  /// @throws IOException if scratch cannot be mapped
  public SeriesSet series() throws IOException {
    window.file().map();
    head.lock.lock();
    try {
      head.ended.hold();
    } finally {
      head.lock.unlock();
    }
    try {
      return new Cursor(ordered());
    } finally {
      head.lock.lock();
      try {
        head.ended.release();
      } finally {
        head.lock.unlock();
      }
    }
  }

  /// Candidates ascending by their labels. A candidate without samples may be removed afterwards, and its id be that of
  /// another series: that one has no samples in the window either.
  private int[] ordered() {
    RoaringBitmap candidates;
    LabelOrder order;
    head.lock.lock();
    try {
      candidates = candidates();
      order = head.labelOrder();
    } finally {
      head.lock.unlock();
    }
    int[] ids = candidates.toArray();
    var addresses = new int[ids.length];
    for (int from = 0; from < ids.length; from += BATCH) {
      head.lock.lock();
      try {
        for (int i = from; i < Math.min(ids.length, from + BATCH); i++) {
          addresses[i] = head.lines.labelOffset(ids[i]);
        }
      } finally {
        head.lock.unlock();
      }
    }
    order.sort(ids, addresses);
    return ids;
  }

  /// Leaves the window out of queriers that are opened from now on.
  public void hide() {
    head.lock.lock();
    try {
      head.windows.hide(window);
    } finally {
      head.lock.unlock();
    }
  }

  /// Gives up the memory and the scratch file. To be called when no querier is open that was opened before [#hide].
  public void drop() throws IOException {
    head.drop(window);
  }

  /// Series that may have samples: all of them when the window has chunks, else those of its late rows. Under the lock.
  private RoaringBitmap candidates() {
    if (window.isInOrder()) {
      return head.postings.select(List.of());
    }
    var late = new RoaringBitmap();
    window.late().addIds(late);
    return late;
  }

  /// Walks the series by their labels and leaves out those without samples.
  private final class Cursor implements SeriesSet {
    private final int[] ids;
    private final HeadView view = new HeadView(0, Long.MIN_VALUE);
    private int next;
    private @Nullable ChunkSeries current;

    Cursor(int[] ids) {
      this.ids = ids;
    }

    @Override
    public boolean next() throws IOException {
      while (next < ids.length) {
        if (next % AHEAD == 0) {
          prefetch();
        }
        int id = ids[next++];
        List<Chunk> chunks = new SeriesReader(head, id, view).chunksOf(window);
        if (!chunks.isEmpty()) {
          current = new Read(labels(id), chunks);
          return true;
        }
      }
      current = null;
      return false;
    }

    private void prefetch() {
      head.lock.lock();
      try {
        head.openChunks.prefetch(ids, next, Math.min(next + AHEAD, ids.length));
      } finally {
        head.lock.unlock();
      }
    }

    @Override
    public ChunkSeries series() {
      ChunkSeries series = current;
      if (series == null) {
        throw new IllegalStateException("asking for the current series where there is none");
      }
      return series;
    }

    private Labels labels(int id) {
      head.lock.lock();
      try {
        return head.labelsOf(id);
      } finally {
        head.lock.unlock();
      }
    }
  }

  /// A series whose chunks have been read.
  private record Read(Labels labels, List<Chunk> chunks) implements ChunkSeries {}
}
