package dev.marmoset.storage.io;

/// Two clocks of one machine. Thread-safe; a constructor argument everywhere, so that tests decide what time it is.
public interface Clock {
  /// Wall clock, ms since the epoch. May step in both directions.
  long wallMillis();

  /// Monotonic clock, ns from an arbitrary origin. Never steps back; stands still while the machine is suspended.
  long nanos();
}
