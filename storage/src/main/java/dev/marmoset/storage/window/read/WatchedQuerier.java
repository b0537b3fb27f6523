package dev.marmoset.storage.window.read;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Reads a block and tells when its bytes contradict their format. The read fails all the same: an answer that lacks a
/// block without saying so would be worse. Thread-safe like the querier it watches.
public final class WatchedQuerier implements Querier {
  private final Querier block;
  private final Consumer<CorruptDataException> damaged;

  /// Watches a querier, which is closed with this one.
  ///
  /// @param damaged told of damage, on the reader's thread
  public WatchedQuerier(Querier block, Consumer<CorruptDataException> damaged) {
    this.block = block;
    this.damaged = damaged;
  }

  @Override
  public SeriesSet select(List<Matcher> matchers) throws IOException {
    return new Watched(watch(() -> block.select(matchers)));
  }

  @Override
  public List<String> labelNames(List<Matcher> matchers) throws IOException {
    return watch(() -> block.labelNames(matchers));
  }

  @Override
  public List<String> labelValues(String name, List<Matcher> matchers) throws IOException {
    return watch(() -> block.labelValues(name, matchers));
  }

  @Override
  public void close() {
    block.close();
  }

  /// Something that is read.
  @FunctionalInterface
  private interface Read<T> {
    T read() throws IOException;
  }

  private <T> T watch(Read<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (CorruptDataException e) {
      damaged.accept(e);
      throw e;
    }
  }

  /// The cursor over a block's series.
  private final class Watched implements SeriesSet {
    private final SeriesSet series;

    Watched(SeriesSet series) {
      this.series = series;
    }

    @Override
    public boolean next() throws IOException {
      return watch(series::next);
    }

    @Override
    public ChunkSeries series() {
      ChunkSeries current = series.series();
      return new ChunkSeries() {
        @Override
        public Labels labels() {
          return current.labels();
        }

        @Override
        public List<Chunk> chunks() throws IOException {
          return watch(current::chunks);
        }
      };
    }
  }
}
