package dev.marmoset.storage.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.random.RandomGenerator;

/// Makes ULIDs that ascend strictly within one generator, also within one ms and when the clock steps back.
/// Thread-safe.
public final class UlidGenerator {
  private final Clock clock;
  private final Object lock = new Object();
  @GuardedBy("lock")
  private final RandomGenerator random;
  @GuardedBy("lock")
  private Ulid last = new Ulid(0, 0);

  /// A generator that takes times and entropy from its arguments.
  ///
  /// @param random a source that no other process shares or can foresee: identifiers must be unique on the volume
  public UlidGenerator(Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /// The next ULID.
  public Ulid next() {
    synchronized (lock) {
      long millis = clock.wallMillis();
      last = millis > last.millis() ? Ulid.of(millis, random.nextInt(), random.nextLong()) : successor(last);
      return last;
    }
  }

  private static Ulid successor(Ulid ulid) {
    long low = ulid.low() + 1;
    return new Ulid(low == 0 ? ulid.high() + 1 : ulid.high(), low);
  }
}
