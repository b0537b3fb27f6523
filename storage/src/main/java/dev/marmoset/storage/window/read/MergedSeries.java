package dev.marmoset.storage.window.read;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.lane.LaneUnion;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Merges several sorted sets of series into one: a series that several have comes once, with the union of its chunks.
/// Not thread-safe.
public final class MergedSeries implements SeriesSet {
  private final PriorityQueue<SeriesSet> sources =
      new PriorityQueue<>((a, b) -> a.series().labels().compareTo(b.series().labels()));
  private final List<ChunkSeries> equal = new ArrayList<>();
  private final List<SeriesSet> stepping = new ArrayList<>();
  private @Nullable ChunkSeries current;

  private MergedSeries(List<SeriesSet> sets) throws IOException {
    for (SeriesSet set : sets) {
      if (set.next()) {
        sources.add(set);
      }
    }
  }

  /// Merges sets, each ascending by labels and not stepped yet.
  ///
  /// @throws IOException if the first series of one cannot be read
  public static SeriesSet of(List<SeriesSet> sets) throws IOException {
    return sets.size() == 1 ? sets.getFirst() : new MergedSeries(sets);
  }

  @Override
  public boolean next() throws IOException {
    for (SeriesSet set : stepping) {
      if (set.next()) {
        sources.add(set);
      }
    }
    stepping.clear();
    equal.clear();
    SeriesSet first = sources.poll();
    if (first == null) {
      current = null;
      return false;
    }
    take(first);
    Labels labels = first.series().labels();
    for (SeriesSet other = sources.peek(); other != null && other.series().labels().equals(labels); other =
        sources.peek()) {
      sources.remove();
      take(other);
    }
    current = equal.size() == 1 ? equal.getFirst() : new Union(labels, List.copyOf(equal));
    return true;
  }

  private void take(SeriesSet set) {
    equal.add(set.series());
    stepping.add(set);
  }

  @Override
  public ChunkSeries series() {
    ChunkSeries series = current;
    if (series == null) {
      throw new IllegalStateException("asking for the current series where there is none");
    }
    return series;
  }

  /// One series of several sources.
  private record Union(Labels labels, List<ChunkSeries> sources) implements ChunkSeries {
    @Override
    public List<Chunk> chunks() throws IOException {
      var lanes = new ArrayList<List<Chunk>>(sources.size());
      for (ChunkSeries source : sources) {
        lanes.add(source.chunks());
      }
      return LaneUnion.merge(lanes);
    }
  }
}
