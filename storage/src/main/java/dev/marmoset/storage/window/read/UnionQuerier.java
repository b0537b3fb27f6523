package dev.marmoset.storage.window.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.labels.Matcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Reads several sources as one. Thread-safe.
final class UnionQuerier implements Querier {
  private final List<Querier> sources;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param sources owned: closed with this one
  /// @param release called once when this one is closed
  UnionQuerier(List<Querier> sources, Runnable release) {
    this.sources = sources;
    this.release = release;
  }

  @Override
  public SeriesSet select(List<Matcher> matchers) throws IOException {
    var sets = new ArrayList<SeriesSet>(sources.size());
    for (Querier source : sources) {
      sets.add(source.select(matchers));
    }
    return MergedSeries.of(sets);
  }

  @Override
  public List<String> labelNames(List<Matcher> matchers) throws IOException {
    return distinct(source -> source.labelNames(matchers));
  }

  @Override
  public List<String> labelValues(String name, List<Matcher> matchers) throws IOException {
    return distinct(source -> source.labelValues(name, matchers));
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        sources.forEach(Querier::close);
      } finally {
        release.run();
      }
    }
  }

  /// A question about labels to one source.
  @FunctionalInterface
  private interface Question {
    List<String> ask(Querier source) throws IOException;
  }

  private List<String> distinct(Question question) throws IOException {
    if (sources.size() == 1) {
      return question.ask(sources.getFirst());
    }
    var byBytes = new TreeMap<byte[], String>(Arrays::compareUnsigned);
    for (Querier source : sources) {
      for (String text : question.ask(source)) {
        byBytes.put(text.getBytes(UTF_8), text);
      }
    }
    return List.copyOf(byBytes.values());
  }
}
