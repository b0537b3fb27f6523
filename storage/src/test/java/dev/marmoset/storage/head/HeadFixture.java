package dev.marmoset.storage.head;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.lane.HistogramIterator;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.entry.LogBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/// A head on a temporary directory, fed with batches as the log would and read back through its querier.
final class HeadFixture implements AutoCloseable {
  static final long NOW = 1_700_006_400_000L;

  /// A sample as read back: a float's bits, or a histogram.
  sealed interface Value {
    record OfFloat(long bits) implements Value {}

    record OfHistogram(HistogramSample sample) implements Value {}
  }

  final Head head;

  HeadFixture(Path scratch, long offHeapBytes) {
    var clock = new AcceptanceClock(new Clock() {
      @Override
      public long wallMillis() {
        return NOW;
      }

      @Override
      public long nanos() {
        return 0;
      }
    });
    head = new Head(new HeadOptions(scratch, 86_400_000, 0, offHeapBytes, 100), clock, new Random(7));
  }

  int series(String... labels) {
    return head.replayedSeries(Labels.of(labels));
  }

  void applyFloat(int id, long t, long bits) {
    var batch = new LogBatch();
    batch.add(id, t, bits);
    head.apply(batch);
  }

  List<Chunk> chunks(Labels labels, TimeRange range) throws IOException {
    try (HeadQuerier querier = head.querier(range)) {
      var matchers =
          labels.toList().stream().map(l -> (Matcher) new Matcher.Equal(l.name(), l.value())).toList();
      SeriesSet set = querier.select(matchers);
      return set.next() ? set.series().chunks() : List.of();
    }
  }

  List<Labels> select(TimeRange range, Matcher... matchers) throws IOException {
    try (HeadQuerier querier = head.querier(range)) {
      SeriesSet set = querier.select(List.of(matchers));
      var found = new ArrayList<Labels>();
      while (set.next()) {
        ChunkSeries series = set.series();
        found.add(series.labels());
      }
      return found;
    }
  }

  static TreeMap<Long, Value> decode(List<Chunk> chunks) {
    var samples = new TreeMap<Long, Value>();
    for (Chunk chunk : chunks) {
      if (chunk.encoding() == ChunkEncoding.XOR) {
        var floats = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
        while (floats.next()) {
          samples.put(floats.time(), new Value.OfFloat(floats.valueBits()));
        }
      } else {
        var histograms =
            new HistogramIterator().reset(chunk.encoding(), chunk.data(), 0, chunk.data().length);
        while (histograms.next()) {
          samples.put(histograms.time(), new Value.OfHistogram(histograms.histogram().canonical()));
        }
      }
    }
    return samples;
  }

  @Override
  public void close() throws IOException {
    head.close();
  }
}
