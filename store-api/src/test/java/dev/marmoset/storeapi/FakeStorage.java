package dev.marmoset.storeapi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Exemplar;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.ExemplarStore;
import dev.marmoset.storage.MetadataStore;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.XorAppender;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A whole store in memory: samples by series, chunks cut by the rule of [ChunkCut], linear selection.
///
/// Fill it before it is read. Reads are counted, and can be made to fail.
final class FakeStorage implements Storage, ExemplarStore, MetadataStore {
  private final TreeMap<Labels, Row> rows = new TreeMap<>();
  private final TreeMap<Labels, List<Exemplar>> exemplars = new TreeMap<>();
  private final TreeMap<String, MetricMetadata> metadata = new TreeMap<>();
  private final AtomicInteger openQueriers = new AtomicInteger();
  private final AtomicLong chunkReads = new AtomicLong();
  private final Semaphore closings = new Semaphore(0);
  private volatile @Nullable String damage;

  /// Adds a sample; a later one of the same time replaces it.
  FakeStorage add(Labels labels, long t, double value) {
    rows.computeIfAbsent(labels, Row::new).put(t, Double.doubleToRawLongBits(value));
    return this;
  }

  /// Adds a series with ready chunks, which may be shared between series.
  FakeStorage add(Labels labels, List<Chunk> chunks) {
    rows.computeIfAbsent(labels, Row::new).encoded = chunks;
    return this;
  }

  /// Adds an exemplar; they are to come ascending.
  FakeStorage add(Labels labels, Exemplar exemplar) {
    exemplars.computeIfAbsent(labels, _ -> new ArrayList<>()).add(exemplar);
    return this;
  }

  /// Adds metadata.
  FakeStorage add(MetricMetadata entry) {
    metadata.put(entry.family(), entry);
    return this;
  }

  @Override
  public List<ExemplarSeries> exemplars(TimeRange range, List<List<Matcher>> selectors) {
    var selected = new ArrayList<ExemplarSeries>();
    exemplars.forEach((labels, all) -> {
      var inRange = all.stream().filter(exemplar -> range.contains(exemplar.t())).toList();
      boolean matches = selectors.stream()
          .anyMatch(matchers -> matchers.stream().allMatch(m -> m.matches(labels.value(m.name()))));
      if (matches && !inRange.isEmpty()) {
        selected.add(new ExemplarSeries(labels, inRange));
      }
    });
    return selected;
  }

  @Override
  public List<MetricMetadata> metadata(String family, int limit) {
    return metadata.values().stream().filter(m -> family.isEmpty() || m.family().equals(family)).limit(limit)
        .toList();
  }

  /// Makes every later read of chunks fail.
  void damage(String what) {
    damage = what;
  }

  /// Queriers that have not been closed.
  int openQueriers() {
    return openQueriers.get();
  }

  /// Waits until queriers have been closed `times` times more.
  void awaitClosings(int times) throws InterruptedException {
    if (!closings.tryAcquire(times, 3, TimeUnit.MINUTES)) {
      throw new AssertionError(
          "waiting for " + times + " queriers to be closed: " + openQueriers() + " are open");
    }
  }

  /// How often the chunks of a series were read.
  long chunkReads() {
    return chunkReads.get();
  }

  /// All chunks of one series, as they would be cut into blocks.
  List<Chunk> chunks(Labels labels) {
    Row row = rows.get(labels);
    return row == null ? List.of() : row.encoded();
  }

  @Override
  public Appender appender() {
    throw new UnsupportedOperationException("the fake store is filled by add");
  }

  @Override
  public LabelHash labelHash() {
    throw new UnsupportedOperationException("the fake store is filled by add");
  }

  @Override
  public long oldestTime() {
    return rows.values().stream().mapToLong(row -> row.encoded().getFirst().minTime()).min()
        .orElse(Long.MAX_VALUE);
  }

  @Override
  public Querier querier(TimeRange range) {
    openQueriers.incrementAndGet();
    return new FakeQuerier(range);
  }

  /// One stored series.
  private final class Row {
    private final Labels labels;
    private final TreeMap<Long, Long> samples = new TreeMap<>();
    private List<Chunk> encoded = List.of();

    Row(Labels labels) {
      this.labels = labels;
    }

    void put(long t, long valueBits) {
      samples.put(t, valueBits);
      encoded = List.of();
    }

    synchronized List<Chunk> encoded() {
      if (encoded.isEmpty()) {
        encoded = encode();
      }
      return encoded;
    }

    private List<Chunk> encode() {
      var chunks = new ArrayList<Chunk>();
      var open = new XorAppender();
      for (Map.Entry<Long, Long> sample : samples.entrySet()) {
        long t = sample.getKey();
        boolean full = open.count() == ChunkCut.MAX_SAMPLES;
        if (open.count() > 0 && (full || ChunkCut.windowStart(t) != ChunkCut.windowStart(open.lastTime()))) {
          chunks.add(open.chunk());
          open.reset();
        }
        open.append(t, sample.getValue());
      }
      chunks.add(open.chunk());
      return List.copyOf(chunks);
    }

    List<Chunk> overlapping(TimeRange range) {
      return encoded().stream().filter(chunk -> range.overlaps(chunk.minTime(), chunk.maxTime())).toList();
    }

    boolean matches(List<Matcher> matchers) {
      return matchers.stream().allMatch(matcher -> matcher.matches(labels.value(matcher.name())));
    }
  }

  /// Reads within one range.
  private final class FakeQuerier implements Querier {
    private final TimeRange range;
    private boolean closed;

    FakeQuerier(TimeRange range) {
      this.range = range;
    }

    private List<Row> matching(List<Matcher> matchers) {
      return rows.values().stream().filter(row -> row.matches(matchers))
          .filter(row -> !row.overlapping(range).isEmpty()).toList();
    }

    @Override
    public SeriesSet select(List<Matcher> matchers) {
      Iterator<Row> selected = matching(matchers).iterator();
      return new SeriesSet() {
        private @Nullable Row current;

        @Override
        public boolean next() {
          current = selected.hasNext() ? selected.next() : null;
          return current != null;
        }

        @Override
        public ChunkSeries series() {
          Row row = current;
          if (row == null) {
            throw new IllegalStateException("series set stands on no series");
          }
          return new FakeSeries(row, range);
        }
      };
    }

    @Override
    public List<String> labelNames(List<Matcher> matchers) {
      var names = new TreeSet<byte[]>(Arrays::compareUnsigned);
      for (Row row : matching(matchers)) {
        for (int i = 0; i < row.labels.size(); i++) {
          names.add(row.labels.nameBytes(i));
        }
      }
      return strings(names);
    }

    @Override
    public List<String> labelValues(String name, List<Matcher> matchers) {
      var values = new TreeSet<byte[]>(Arrays::compareUnsigned);
      for (Row row : matching(matchers)) {
        int i = row.labels.indexOf(name.getBytes(UTF_8));
        if (i >= 0) {
          values.add(row.labels.valueBytes(i));
        }
      }
      return strings(values);
    }

    private static List<String> strings(TreeSet<byte[]> utf8) {
      return utf8.stream().map(bytes -> new String(bytes, UTF_8)).toList();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openQueriers.decrementAndGet();
        closings.release();
      }
    }
  }

  /// A selected series.
  private final class FakeSeries implements ChunkSeries {
    private final Row row;
    private final TimeRange range;

    FakeSeries(Row row, TimeRange range) {
      this.row = row;
      this.range = range;
    }

    @Override
    public Labels labels() {
      return row.labels;
    }

    @Override
    public List<Chunk> chunks() throws IOException {
      chunkReads.incrementAndGet();
      String broken = damage;
      if (broken != null) {
        throw new IOException(broken);
      }
      return row.overlapping(range);
    }
  }
}
