package dev.marmoset.query;

import dev.marmoset.storage.labels.TimeRange;
import java.time.Duration;
import java.time.InstantSource;

/// Decides where the chunks of an answer that reaches now are cut, so that a replica that lags a little never emits
/// chunks that overlap those of another one.
///
/// The querier drops equal chunks of replicas before it deduplicates, and puts what is left into one row as long as
/// nothing overlaps. The open chunk differs between replicas by what has not reached one of them yet. So the answer
/// is split at a border `B` that all replicas compute alike from the request: everything up to `B` has settled and is
/// byte-identical, every sample behind `B` travels as a chunk of its own.
/// Immutable and thread-safe.
public final class LiveTail {
  /// How far ahead of the clock the end of a request may lie before it is replaced: queriers whose clock is a little
  /// ahead keep their own end, so that all replicas use the same one.
  private static final long AHEAD_MS = 10_000;
  /// What a too distant end is rounded to, so that replicas with slightly different clocks mostly agree.
  private static final long ROUNDING_MS = 10_000;
  /// Requests that end before this have nothing unsettled: replicas further behind withdraw.
  private static final long RECENT_MS = 300_000;

  private final long lengthMs;
  private final InstantSource clock;

  /// @param length how long samples are sent singly: more than any replica in service lags; zero switches it off
  /// @param clock  the store's clock
  public LiveTail(Duration length, InstantSource clock) {
    if (length.isNegative()) {
      throw new IllegalArgumentException("live tail of " + length + ", expected zero or more");
    }
    this.lengthMs = length.toMillis();
    this.clock = clock;
  }

  /// The cut for a request over `range`. The cut is for one thread.
  TailCut at(TimeRange range) {
    if (lengthMs == 0) {
      return TailCut.none(range);
    }
    long now = clock.millis();
    long end = range.maxt();
    if (end > now + AHEAD_MS) {
      end = (Math.floorDiv(now, ROUNDING_MS) + 1) * ROUNDING_MS;
    }
    return end >= now - RECENT_MS ? TailCut.before(range.mint(), end, end - lengthMs) : TailCut.none(range);
  }
}
