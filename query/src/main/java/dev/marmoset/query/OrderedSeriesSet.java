package dev.marmoset.query;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Selected series in ascending order of their final labels, each label set once. Chunks are read when asked for, one
/// series at a time. One thread at a time; must be closed.
///
/// Several stored series may share a final label set, when a label in which they differ was dropped or overridden.
/// They are one series here: the chunks of all of them by (first time, last time). These chunks may overlap, because
/// they are different streams of samples (two senders, say), and only the querier may choose between them.
public final class OrderedSeriesSet implements AutoCloseable {
  private static final Comparator<Chunk> BY_TIME = Comparator.comparingLong(Chunk::minTime)
      .thenComparingLong(Chunk::maxTime);

  private final RequestAccount account;
  private final Querier querier;
  private final TailCut cut;
  /// Descending, so that a series that has been answered can be let go from the end.
  private final ArrayList<FinalSeries> rest;
  private final List<ChunkSeries> current = new ArrayList<>(1);
  private Labels labels = Labels.EMPTY;

  /// @param rest in descending order of final labels; owned by the new object, like the account and the querier
  OrderedSeriesSet(RequestAccount account, Querier querier, TailCut cut, ArrayList<FinalSeries> rest) {
    this.account = account;
    this.querier = querier;
    this.cut = cut;
    this.rest = rest;
  }

  /// Steps to the next label set; false at the end.
  ///
  /// @throws LimitExceededException if the labels exceed the request's bytes
  public boolean next() throws LimitExceededException {
    account.dropChunks();
    current.clear();
    if (rest.isEmpty()) {
      return false;
    }
    labels = rest.getLast().labels();
    account.countLabels(labels);
    do {
      current.add(rest.removeLast().series());
    } while (!rest.isEmpty() && rest.getLast().labels().compareTo(labels) == 0);
    return true;
  }

  /// Final labels of the current series.
  public Labels labels() {
    return labels;
  }

  /// Reads the chunks of the current series; to be called at most once per series. May be empty.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  /// @throws LimitExceededException if the chunks exceed a limit
  public List<Chunk> chunks() throws IOException, LimitExceededException {
    List<Chunk> chunks = cut.apply(current.getFirst().chunks());
    if (current.size() > 1) {
      chunks = new ArrayList<>(chunks);
      for (ChunkSeries other : current.subList(1, current.size())) {
        chunks.addAll(cut.apply(other.chunks()));
      }
      chunks.sort(BY_TIME);
    }
    account.holdChunks(chunks);
    return chunks;
  }

  /// Releases the stored data, the memory and the turn of the request.
  @Override
  public void close() {
    try (account; querier) {
      rest.clear();
      current.clear();
    }
  }

  /// A stored series and the labels under which it is answered.
  ///
  /// @param labels final labels
  /// @param series as stored
  record FinalSeries(Labels labels, ChunkSeries series) {}
}
