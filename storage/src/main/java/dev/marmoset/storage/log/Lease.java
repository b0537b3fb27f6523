package dev.marmoset.storage.log;

import dev.marmoset.storage.io.Clock;

/// Until when this incarnation may answer: the log is the lease, and its growth proves life to the others.
///
/// A commit counts only when its force returned before the deadline that the *previous* success set; checking only that
/// this force was quick would acknowledge behind a seal after a stop of 40 s. Written by the log thread; [#lapsed] may
/// be asked by any thread.
final class Lease {
  /// The wall clock may gain so much on the monotonic one between two commits. More means that the machine was
  /// suspended, which the monotonic clock does not count.
  private static final long MAX_JUMP_MILLIS = 5_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Clock clock;
  private final long nanos;
  private volatile long deadline;
  private long wallAhead;

  Lease(Clock clock, long nanos) {
    this.clock = clock;
    this.nanos = nanos;
  }

  /// A commit, or the link of a fresh segment, that began at the monotonic time `began` was successful.
  void renew(long began, long wallMillis) {
    deadline = began + nanos;
    wallAhead = wallMillis - began / NANOS_PER_MILLI;
  }

  /// Whether the deadline has passed.
  boolean lapsed() {
    return lapsedFor() >= 0;
  }

  /// For how long the deadline has passed, ns; negative before it.
  long lapsedFor() {
    return clock.nanos() - deadline;
  }

  /// Whether the wall clock gained more than 5 s on the monotonic one since the last success.
  boolean clockJumped() {
    return clock.wallMillis() - clock.nanos() / NANOS_PER_MILLI - wallAhead > MAX_JUMP_MILLIS;
  }
}
