package dev.marmoset.storage.head;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.SeriesHolder;
import dev.marmoset.storage.log.entry.LogBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// A head under a clock that the test moves, a queue that stands for the log, and blocks that are maps.
final class EndedSeriesFixture implements SeriesHolder, AutoCloseable {
  static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);
  private static final long ACCEPTED_MS = 24 * 3_600_000;
  private static final long CUT_DELAY_MS = 300_000;

  final VirtualClock clock = new VirtualClock();
  final Head head;
  /// What is judged and not applied.
  final Deque<LogBatch> queue = new ArrayDeque<>();
  final Map<Labels, TreeMap<Long, HeadFixture.Value>> model = new HashMap<>();
  final Map<Labels, TreeMap<Long, HeadFixture.Value>> blocks = new HashMap<>();
  /// Hidden windows that somebody may still read.
  private final List<FrozenWindow> hidden = new ArrayList<>();
  private final Map<LogBatch, Map<Labels, TreeMap<Long, HeadFixture.Value>>> queued = new HashMap<>();

  EndedSeriesFixture(Path scratch, long offHeapBytes, int exemplars) {
    head = new Head(new HeadOptions(scratch, ACCEPTED_MS, 0, offHeapBytes, exemplars),
        new AcceptanceClock(clock), new Random(7));
  }

  @Override
  public void spare(BitSet series) {
    for (LogBatch batch : queue) {
      for (int i = 0; i < batch.size(); i++) {
        series.clear(batch.series(i));
      }
      batch.histograms().forEach(row -> series.clear(row.series()));
      batch.exemplars().forEach(exemplar -> series.clear(exemplar.series()));
    }
  }

  @Override
  public void forget(int[] series) {
    // What the log has defined is another test's.
  }

  /// A request: samples of one time for each of the series, judged, not applied.
  LogBatch request(List<Labels> series, long t) {
    var batch = new LogBatch();
    batch.judgedAt(clock.wallMillis());
    var samples = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
    for (Labels labels : series) {
      long bits = Double.doubleToRawLongBits((t / 1000 * 31 + labels.hashCode()) % 97);
      batch.add(head.replayedSeries(labels), t, bits);
      samples.computeIfAbsent(labels, _ -> new TreeMap<>()).put(t, new HeadFixture.Value.OfFloat(bits));
    }
    queue.add(batch);
    queued.put(batch, samples);
    return batch;
  }

  /// Applies the oldest request.
  void applyNext() {
    LogBatch batch = queue.element();
    head.apply(batch);
    queue.remove();
    queued.getOrDefault(batch, Map.of()).forEach(
        (labels, samples) -> model.computeIfAbsent(labels, _ -> new TreeMap<>()).putAll(samples));
    queued.remove(batch);
  }

  void applyAll() {
    while (!queue.isEmpty()) {
      applyNext();
    }
  }

  /// Writes a sample of each series now.
  void write(List<Labels> series) {
    request(series, clock.wallMillis());
    applyAll();
  }

  /// Turns all windows that are due into blocks, and those with late samples of earlier ones.
  void cut() throws IOException {
    for (GrowingWindow window : head.growing()) {
      if (window.start() + ChunkCut.WINDOW_MS + CUT_DELAY_MS <= clock.wallMillis()) {
        FrozenWindow frozen = head.freeze(window.start()).orElseThrow();
        put(frozen.series(), blocks);
        frozen.hide();
        hidden.add(frozen);
      }
    }
  }

  /// Gives up what no reader sees any more: to be called when there is none.
  void drop() throws IOException {
    for (FrozenWindow window : hidden) {
      window.drop();
    }
    hidden.clear();
  }

  /// Removes until nothing is left that could be removed.
  int collect() {
    int removed = 0;
    for (int i = 0; i < 3; i++) {
      clock.pass(60_000);
      removed += head.removeEnded(this);
    }
    return removed;
  }

  long series() {
    return head.sizes().series();
  }

  /// What the head and the blocks have together.
  Map<Labels, TreeMap<Long, HeadFixture.Value>> readAll() throws IOException {
    var found = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
    blocks.forEach((labels, samples) -> found.put(labels, new TreeMap<>(samples)));
    try (Querier querier = head.querier(ALL)) {
      put(querier.select(List.of()), found);
    }
    return found;
  }

  static void put(SeriesSet series, Map<Labels, TreeMap<Long, HeadFixture.Value>> target) throws IOException {
    while (series.next()) {
      target.computeIfAbsent(series.series().labels(), _ -> new TreeMap<>())
          .putAll(HeadFixture.decode(series.series().chunks()));
    }
  }

  @Override
  public void close() throws IOException {
    head.close();
  }
}
