package dev.marmoset.ingest;

/// Tells whether writes may be taken now. Asked once per request, from any thread.
@FunctionalInterface
public interface WriteGate {
  /// Where the process is in its life, as far as writes are concerned.
  enum State {
    /// Writes are taken, also while replaying or catching up.
    OPEN,
    /// The own log is not open yet, or its lease has lapsed: 503 with Retry-After.
    STARTING,
    /// Memory is nearly used up: 503 with Retry-After, before a body is read.
    OVERLOADED,
    /// The process is shutting down: 503 without Retry-After, which would replace the sender's short backoff, and the
    /// connection is closed.
    DRAINING
  }

  /// The state now.
  State state();
}
