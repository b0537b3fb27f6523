package dev.marmoset.peers;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Waiting for something another process does. It cannot tell us, so we ask again and again.
public final class Polling {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private Polling() {}

  /// Asks `probe` until it has an answer.
  ///
  /// @param what     for the error text, e.g. `127.0.0.1:9090 to be ready`
  /// @param deadline how long to ask; the first question is always asked
  /// @param details  appended to the error text
  /// @throws IllegalStateException if the deadline passes without an answer
  public static <T> T until(String what, Duration deadline, Supplier<Optional<T>> probe,
      Supplier<String> details) {
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      Optional<T> answer = probe.get();
      if (answer.isPresent()) {
        return answer.get();
      }
      if (System.nanoTime() - end >= 0) {
        throw new IllegalStateException("waited " + deadline + " for " + what + ". " + details.get());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
