package dev.marmoset.storage.window;

import dev.marmoset.storage.head.FrozenWindow;
import dev.marmoset.storage.log.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the keeper has begun with one window and not finished. Confined to the keeper's thread.
final class PendingWindow {
  private final List<FrozenWindow> frozen = new ArrayList<>();
  private CoveredPositions to = CoveredPositions.NONE;
  private @Nullable RegisterRecord unanswered;
  private long closingSince = Long.MIN_VALUE;

  /// Takes over more memory of the window.
  ///
  /// @param consumed up to where the logs had been taken in before it was frozen
  void add(FrozenWindow window, CoveredPositions consumed) {
    frozen.add(window);
    to = to.union(consumed);
  }

  /// The memory that is to become a block, in the order of its freezing.
  List<FrozenWindow> frozen() {
    return frozen;
  }

  /// Up to where the logs are in the frozen memory and the blocks before it.
  CoveredPositions to() {
    return to;
  }

  /// A record the volume gave no answer for: it may be in the register or come to be there.
  Optional<RegisterRecord> unanswered() {
    return Optional.ofNullable(unanswered);
  }

  void unanswered(@Nullable RegisterRecord value) {
    unanswered = value;
  }

  /// Monotonic time, ns, of the own closing claim; [Long#MIN_VALUE] without one.
  long closingSince() {
    return closingSince;
  }

  void closingSince(long nanos) {
    closingSince = nanos;
  }
}
