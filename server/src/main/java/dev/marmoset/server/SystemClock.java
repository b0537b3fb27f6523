package dev.marmoset.server;

import dev.marmoset.storage.io.Clock;
import java.time.Instant;
import java.time.InstantSource;

/// The clocks of this machine. The only place where the process asks what time it is.
final class SystemClock implements Clock, InstantSource {
  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(wallMillis());
  }

  @Override
  public long millis() {
    return wallMillis();
  }
}
