package dev.marmoset.ingest;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/// A whole store as sorted maps: the acceptance rules of remote write and nothing else. One thread.
final class FakeStorage implements Storage {
  private static final long AHEAD_MS = 10 * 60 * 1000;

  private final LabelHash hash = new LabelHash(new SplittableRandom(1));
  private final LongSupplier clock;
  private final long windowMs;
  private final List<Labels> labels = new ArrayList<>();
  private final Map<Labels, Integer> refs = new HashMap<>();
  private final Map<Integer, TreeMap<Long, Object>> stored = new HashMap<>();
  private final Map<List<Long>, Long> spellings = new HashMap<>();
  private final Set<String> exemplars = new LinkedHashSet<>();
  private final Map<String, MetricMetadata> metadata = new TreeMap<>();
  private int maxExemplars = Integer.MAX_VALUE;
  private boolean open;
  private int maxSeries = Integer.MAX_VALUE;
  private int created;
  private int commits;
  private Commits mode = Commits.DURABLE;

  /// What becomes of commits.
  enum Commits {
    DURABLE, UNAVAILABLE, NEVER
  }

  /// @param windowMs W
  FakeStorage(LongSupplier clock, long windowMs) {
    this.clock = clock;
    this.windowMs = windowMs;
  }

  void commits(Commits newMode) {
    mode = newMode;
  }

  void maxSeries(int limit) {
    maxSeries = limit;
  }

  /// Series ever created, whether or not anything of them was committed.
  int created() {
    return created;
  }

  /// Commits with at least one accepted sample.
  int commits() {
    return commits;
  }

  void maxExemplars(int limit) {
    maxExemplars = limit;
  }

  /// Exemplars kept, as text, distinct.
  List<String> exemplars() {
    return List.copyOf(exemplars);
  }

  /// Metadata by family, the latest.
  Map<String, MetricMetadata> metadata() {
    return metadata;
  }

  /// Everything that is visible: series with at least one sample, samples by time, floats as raw bits.
  SortedMap<Labels, SortedMap<Long, Object>> content() {
    var content = new TreeMap<Labels, SortedMap<Long, Object>>();
    stored.forEach((ref, samples) -> {
      if (!samples.isEmpty()) {
        content.put(labels.get(ref), samples);
      }
    });
    return content;
  }

  @Override
  public Appender appender() {
    if (open) {
      throw new IllegalStateException("an appender is open already: the head's lock would never be free");
    }
    open = true;
    return new FakeAppender();
  }

  @Override
  public LabelHash labelHash() {
    return hash;
  }

  @Override
  public Querier querier(TimeRange range) {
    throw new UnsupportedOperationException("this store answers by content()");
  }

  @Override
  public long oldestTime() {
    return stored.values().stream().filter(s -> !s.isEmpty()).mapToLong(TreeMap::firstKey).min()
        .orElse(Long.MAX_VALUE);
  }

  private final class FakeAppender implements Appender {
    private final long now = clock.getAsLong();
    private final Map<Integer, TreeMap<Long, Object>> pending = new HashMap<>();
    private final List<String> pendingExemplars = new ArrayList<>();
    private final Map<String, MetricMetadata> pendingMetadata = new HashMap<>();
    private boolean closed;
    private int accepted;

    @Override
    public long minTime() {
      return now - windowMs;
    }

    @Override
    public long maxTime() {
      return now + AHEAD_MS;
    }

    @Override
    public long find(byte[] region, int offset, int length) {
      Labels found;
      try {
        found = LabelRegion.decode(region, offset, length);
      } catch (IllegalArgumentException _) {
        return UNKNOWN;
      }
      // Only the canonical spelling counts: no empty values, minimal lengths.
      boolean canonical = Arrays.equals(LabelRegion.encode(found),
          Arrays.copyOfRange(region, offset, offset + length));
      return canonical ? refs.getOrDefault(found, (int) UNKNOWN) : UNKNOWN;
    }

    @Override
    public long find(long lowHash, byte[] region, int offset, int length) {
      return find(region, offset, length);
    }

    @Override
    public boolean isSpelt(long ref, long low) {
      return spellings.entrySet().stream().anyMatch(e -> e.getValue() == ref && e.getKey().getLast() == low);
    }

    @Override
    public long findSpelling(long high, long low) {
      return spellings.getOrDefault(List.of(high, low), UNKNOWN);
    }

    @Override
    public void noteSpelling(long ref, long high, long low) {
      spellings.put(List.of(high, low), ref);
    }

    @Override
    public long create(byte[] region, int offset, int length) {
      long known = find(region, offset, length);
      if (known >= 0) {
        return known;
      }
      if (labels.size() >= maxSeries) {
        return OVER_LIMIT;
      }
      Labels added = LabelRegion.decode(region, offset, length);
      int ref = labels.size();
      labels.add(added);
      refs.put(added, ref);
      created++;
      return ref;
    }

    @Override
    public long newestTime(long ref) {
      var samples = stored.getOrDefault((int) ref, new TreeMap<>());
      return samples.isEmpty() ? Long.MIN_VALUE : samples.lastKey();
    }

    @Override
    public AppendResult append(long ref, long t, long valueBits) {
      return judge((int) ref, t, valueBits);
    }

    @Override
    public AppendResult appendHistogram(long ref, long t, HistogramSample sample) {
      return judge((int) ref, t, sample);
    }

    @Override
    public AppendResult appendExemplar(long ref, long t, long valueBits, Labels exemplarLabels) {
      if (maxExemplars == 0) {
        return AppendResult.NOT_KEPT;
      }
      if (t < minTime() || t > maxTime()) {
        return t < minTime() ? AppendResult.TOO_OLD : AppendResult.TOO_NEW;
      }
      String exemplar =
          labels.get((int) ref) + " " + t + " " + Double.longBitsToDouble(valueBits) + " " + exemplarLabels;
      if (exemplars.contains(exemplar)) {
        return AppendResult.SAME_AGAIN;
      }
      pendingExemplars.add(exemplar);
      accepted++;
      return AppendResult.ACCEPTED;
    }

    @Override
    public void appendMetadata(MetricMetadata entry) {
      pendingMetadata.put(entry.family(), entry);
      accepted++;
    }

    private AppendResult judge(int ref, long t, Object value) {
      if (t < minTime()) {
        return AppendResult.TOO_OLD;
      }
      if (t > maxTime()) {
        return AppendResult.TOO_NEW;
      }
      var samples = pending.computeIfAbsent(ref, r -> new TreeMap<>(stored.getOrDefault(r, new TreeMap<>())));
      Object held = samples.get(t);
      if (value.equals(held)) {
        return AppendResult.SAME_AGAIN;
      }
      if (held != null && samples.lastKey() == t) {
        return AppendResult.CONFLICTING_DUPLICATE;
      }
      samples.put(t, held == null ? value : winner(held, value));
      accepted++;
      return AppendResult.ACCEPTED;
    }

    private Object winner(Object a, Object b) {
      if (a instanceof Long x && b instanceof Long y) {
        return ConflictRule.winner(x, y);
      }
      return a instanceof HistogramSample ? a : b;
    }

    @Override
    public CompletableFuture<CommitOutcome> commit() {
      if (closed) {
        throw new IllegalStateException("commit of a closed appender");
      }
      close();
      if (accepted == 0) {
        return CompletableFuture.completedFuture(CommitOutcome.Durable.INSTANCE);
      }
      commits++;
      return switch (mode) {
        case DURABLE -> {
          stored.putAll(pending);
          exemplars.addAll(pendingExemplars);
          metadata.putAll(pendingMetadata);
          yield CompletableFuture.completedFuture(CommitOutcome.Durable.INSTANCE);
        }
        case UNAVAILABLE -> CompletableFuture.completedFuture(
            new CommitOutcome.Unavailable("writing the log on /data: no space left on device"));
        case NEVER -> new CompletableFuture<>();
      };
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open = false;
      }
    }
  }
}
