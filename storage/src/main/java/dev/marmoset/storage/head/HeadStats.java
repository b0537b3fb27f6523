package dev.marmoset.storage.head;

import java.util.concurrent.atomic.LongAdder;

/// Counters of the head, since its creation. Thread-safe.
public final class HeadStats {
  private final LongAdder appendedSamples = new LongAdder();
  private final LongAdder lateSamples = new LongAdder();
  private final LongAdder createdSeries = new LongAdder();
  private final LongAdder removedSeries = new LongAdder();
  private final LongAdder appendedExemplars = new LongAdder();

  HeadStats() {}

  void exemplar() {
    appendedExemplars.increment();
  }

  void appended(long samples) {
    appendedSamples.add(samples);
  }

  void late() {
    lateSamples.increment();
  }

  void created() {
    createdSeries.increment();
  }

  void removed() {
    removedSeries.increment();
  }

  /// Samples applied, replayed ones included.
  public long appendedSamples() {
    return appendedSamples.sum();
  }

  /// Samples that were not newer than the latest of their series.
  public long lateSamples() {
    return lateSamples.sum();
  }

  /// Exemplars taken into the ring, replayed ones included.
  public long appendedExemplars() {
    return appendedExemplars.sum();
  }

  /// Series created.
  public long createdSeries() {
    return createdSeries.sum();
  }

  /// Series removed because they had ended.
  public long removedSeries() {
    return removedSeries.sum();
  }
}
