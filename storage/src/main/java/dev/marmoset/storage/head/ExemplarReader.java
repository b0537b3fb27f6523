package dev.marmoset.storage.head;

import dev.marmoset.storage.Exemplar;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.head.beside.ExemplarRing;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/// Selects from the ring of exemplars, holding the head's lock for about 1 ms at a time. One call, one thread.
final class ExemplarReader {
  /// Entries per hold of the lock.
  private static final int BATCH = 8192;

  private final Head head;
  private final TimeRange range;
  private final RoaringBitmap ids = new RoaringBitmap();
  /// By series id. An exemplar may be evicted, and then its series removed, before the reading ends.
  private final Map<Integer, Found> found = new HashMap<>();

  /// What has been found of one series.
  private record Found(Labels labels, List<Exemplar> exemplars) {}

  ExemplarReader(Head head, TimeRange range) {
    this.head = head;
    this.range = range;
  }

  /// Series with exemplars in the range, ascending by labels.
  ///
  /// @param selectors a series must satisfy all matchers of one of them
  /// @throws IOException if stored data cannot be read
  List<ExemplarSeries> read(List<List<Matcher>> selectors) throws IOException {
    int entered;
    head.lock.lock();
    try {
      entered = head.ids.enter();
    } finally {
      head.lock.unlock();
    }
    try {
      return readEntered(selectors);
    } finally {
      head.lock.lock();
      try {
        head.ids.leave(entered);
      } finally {
        head.lock.unlock();
      }
    }
  }

  private List<ExemplarSeries> readEntered(List<List<Matcher>> selectors) throws IOException {
    head.lock.lock();
    try {
      if (head.exemplars.size() == 0) {
        return List.of();
      }
      for (List<Matcher> matchers : selectors) {
        ids.or(head.postings.select(matchers));
      }
    } finally {
      head.lock.unlock();
    }
    long from = Long.MIN_VALUE;
    while (from != Long.MAX_VALUE) {
      from = readBatch(from);
    }
    return labelled();
  }

  /// Reads entries from `from` on and answers where to go on. Entries that arrive meanwhile are met as well, but the
  /// reading ends: they arrive more slowly than they are read.
  private long readBatch(long from) {
    ExemplarRing ring = head.exemplars;
    head.lock.lock();
    try {
      long begin = Math.max(from, ring.first());
      long end = Math.min(ring.end(), begin + BATCH);
      for (long entry = begin; entry < end; entry++) {
        long t = ring.time(entry);
        if (range.contains(t) && ids.contains(ring.series(entry))) {
          found.computeIfAbsent(ring.series(entry), id -> new Found(head.labelsOf(id), new ArrayList<>()))
              .exemplars().add(exemplar(ring, entry, t));
        }
      }
      return end == ring.end() ? Long.MAX_VALUE : end;
    } finally {
      head.lock.unlock();
    }
  }

  private static Exemplar exemplar(ExemplarRing ring, long entry, long t) {
    byte[] region = ring.region(entry);
    return new Exemplar(t, ring.valueBits(entry), LabelRegion.decode(region, 0, region.length));
  }

  private List<ExemplarSeries> labelled() {
    var series = new ArrayList<ExemplarSeries>(found.size());
    for (Found one : found.values()) {
      one.exemplars.sort(Comparator.naturalOrder());
      series.add(new ExemplarSeries(one.labels, one.exemplars));
    }
    series.sort(Comparator.comparing(ExemplarSeries::labels));
    return series;
  }
}
