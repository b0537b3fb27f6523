package dev.marmoset.storage.head;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.head.window.HeadView;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.roaringbitmap.RoaringBitmap;

/// Reads the head over one range. Series are selected once and sorted; the samples of a series are copied when its
/// chunks are asked for, so what a reader holds is one small object per series. Thread-safe.
public final class HeadQuerier implements Querier {
  /// Series per hold of the head's lock while labels are collected: about 1 ms.
  private static final int BATCH = 1024;

  private final Head head;
  private final TimeRange range;
  private final HeadView view;
  private final int entered;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param entered what [dev.marmoset.storage.head.series.SeriesIds#enter] has answered
  HeadQuerier(Head head, TimeRange range, HeadView view, int entered) {
    this.head = head;
    this.range = range;
    this.view = view;
    this.entered = entered;
  }

  @Override
  public SeriesSet select(List<Matcher> matchers) throws IOException {
    var selected = new ArrayList<HeadSeries>();
    int[] ids = idsInRange(matchers).toArray();
    for (int from = 0; from < ids.length; from += BATCH) {
      addLabels(ids, from, Math.min(ids.length, from + BATCH), selected);
    }
    selected.sort(Comparator.comparing(HeadSeries::labels));
    return new Selected(selected);
  }

  @Override
  public List<String> labelNames(List<Matcher> matchers) throws IOException {
    RoaringBitmap ids = idsInRange(matchers);
    head.lock.lock();
    try {
      return sortedText(head.postings.names(ids));
    } finally {
      head.lock.unlock();
    }
  }

  @Override
  public List<String> labelValues(String name, List<Matcher> matchers) throws IOException {
    RoaringBitmap ids = idsInRange(matchers);
    head.lock.lock();
    try {
      return sortedText(head.postings.values(name, ids));
    } finally {
      head.lock.unlock();
    }
  }

  /// Until then no id that this querier may know is given to another series. Idempotent.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      head.lock.lock();
      try {
        head.ids.leave(entered);
      } finally {
        head.lock.unlock();
      }
    }
  }

  private RoaringBitmap idsInRange(List<Matcher> matchers) throws IOException {
    RoaringBitmap matching;
    head.lock.lock();
    try {
      matching = head.postings.select(matchers);
    } finally {
      head.lock.unlock();
    }
    var inRange = new RoaringBitmap();
    int[] ids = matching.toArray();
    for (int from = 0; from < ids.length; from += BATCH) {
      head.lock.lock();
      try {
        for (int i = from; i < Math.min(ids.length, from + BATCH); i++) {
          if (new SeriesReader(head, ids[i], view).overlaps(range)) {
            inRange.add(ids[i]);
          }
        }
      } finally {
        head.lock.unlock();
      }
    }
    return inRange;
  }

  private void addLabels(int[] ids, int from, int to, List<HeadSeries> target) {
    head.lock.lock();
    try {
      for (int i = from; i < to; i++) {
        if (head.lines.isUsed(ids[i])) {
          target.add(new HeadSeries(ids[i], head.labelsOf(ids[i])));
        }
      }
    } finally {
      head.lock.unlock();
    }
  }

  private static List<String> sortedText(List<byte[]> utf8) {
    return utf8.stream().sorted(Arrays::compareUnsigned)
        .map(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8)).toList();
  }

  /// A selected series of the head.
  private final class HeadSeries implements ChunkSeries {
    private final int id;
    private final Labels labels;

    HeadSeries(int id, Labels labels) {
      this.id = id;
      this.labels = labels;
    }

    @Override
    public Labels labels() {
      return labels;
    }

    @Override
    public List<Chunk> chunks() throws IOException {
      return new SeriesReader(head, id, view).chunks(range);
    }
  }

  /// The cursor over selected series.
  private static final class Selected implements SeriesSet {
    private final List<HeadSeries> series;
    private int at = -1;

    Selected(List<HeadSeries> series) {
      this.series = series;
    }

    @Override
    public boolean next() {
      return ++at < series.size();
    }

    @Override
    public ChunkSeries series() {
      return series.get(at);
    }
  }
}
