package dev.marmoset.storage.log;

import dev.marmoset.storage.io.Clock;
import java.util.concurrent.atomic.AtomicLong;

/// The clock by which samples are too old or too new: the latest wall clock ever seen by this incarnation, so that it
/// never steps back. One for the log and everyone who judges samples. Thread-safe.
public final class AcceptanceClock {
  private final Clock clock;
  private final AtomicLong latest;

  /// A clock that has seen nothing but the present.
  public AcceptanceClock(Clock clock) {
    this.clock = clock;
    this.latest = new AtomicLong(clock.wallMillis());
  }

  /// The clocks it is made of.
  public Clock clock() {
    return clock;
  }

  /// Now, ms since the epoch.
  public long millis() {
    long wall = clock.wallMillis();
    long seen = latest.get();
    return wall <= seen ? seen : latest.accumulateAndGet(wall, Math::max);
  }
}
