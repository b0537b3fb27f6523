package dev.marmoset.query;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A store that answers every select with the series it was given, whatever the matchers and the range.
final class ListStorage implements Storage {
  /// A querier was asked for this range last.
  TimeRange askedFor = TimeRange.ALL;
  int openQueriers;
  int steps;
  boolean damaged;
  private final List<Entry> entries = new ArrayList<>();

  /// One series.
  record Entry(Labels labels, List<Chunk> chunks) implements ChunkSeries {}

  ListStorage add(Labels labels, Chunk... chunks) {
    entries.add(new Entry(labels, List.of(chunks)));
    return this;
  }

  @Override
  public Appender appender() {
    throw new UnsupportedOperationException("the list store is filled by add");
  }

  @Override
  public LabelHash labelHash() {
    throw new UnsupportedOperationException("the list store is filled by add");
  }

  @Override
  public long oldestTime() {
    return Long.MAX_VALUE;
  }

  @Override
  public Querier querier(TimeRange range) {
    askedFor = range;
    openQueriers++;
    return new Querier() {
      @Override
      public SeriesSet select(List<Matcher> matchers) throws IOException {
        if (damaged) {
          throw new IOException("index is damaged");
        }
        return new Cursor();
      }

      @Override
      public List<String> labelNames(List<Matcher> matchers) {
        return List.of("names");
      }

      @Override
      public List<String> labelValues(String name, List<Matcher> matchers) {
        return List.of("values of " + name);
      }

      @Override
      public void close() {
        openQueriers--;
      }
    };
  }

  private final class Cursor implements SeriesSet {
    private int at = -1;

    @Override
    public boolean next() {
      steps++;
      return ++at < entries.size();
    }

    @Override
    public ChunkSeries series() {
      return entries.get(at);
    }
  }
}
