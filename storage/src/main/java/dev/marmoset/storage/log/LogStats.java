package dev.marmoset.storage.log;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// What the log counts. Thread-safe; everything only grows except the gauges.
public final class LogStats {
  /// Bytes of groups, beats and ends written to segments.
  public final LongAdder segmentBytes = new LongAdder();
  /// … of which definitions of series and symbols.
  public final LongAdder definitionBytes = new LongAdder();
  /// Bytes of segment beginnings and seals.
  public final LongAdder openBytes = new LongAdder();
  /// Commits that carried at least one batch.
  public final LongAdder groups = new LongAdder();
  /// Samples made durable.
  public final LongAdder samples = new LongAdder();
  /// Calls of force on segments.
  public final LongAdder forces = new LongAdder();
  /// Time spent in them, ns.
  public final LongAdder forceNanos = new LongAdder();
  /// Segments begun, the first one included.
  public final LongAdder segments = new LongAdder();
  /// Segments given up after an error, a late commit or a clock jump.
  public final LongAdder poisoned = new LongAdder();
  /// Batches answered with Unavailable.
  public final LongAdder refused = new LongAdder();
  /// Batches the head could not apply though they are durable: a defect.
  public final LongAdder applyErrors = new LongAdder();
  /// Gauge: samples that wait.
  public final AtomicInteger queuedSamples = new AtomicInteger();
}
