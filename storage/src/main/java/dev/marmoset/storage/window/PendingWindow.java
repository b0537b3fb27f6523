package dev.marmoset.storage.window;

import dev.marmoset.storage.head.FrozenWindow;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the keeper has begun with one window and not finished. Confined to the keeper's thread.
final class PendingWindow {
  /// Memory that does not change any more.
  ///
  /// @param samples what it holds
  /// @param upTo    positions of the logs behind which it has nothing
  record Held(FrozenWindow samples, CoveredPositions upTo) {}

  private final List<Held> held = new ArrayList<>();
  private CoveredPositions to = CoveredPositions.NONE;
  private CoveredPositions adopted = CoveredPositions.NONE;
  private @Nullable RegisterRecord unanswered;
  private long dueAt = Long.MIN_VALUE;
  private long closingSince = Long.MIN_VALUE;

  /// Takes over more memory of the window.
  ///
  /// @param consumed up to where the logs had been taken in before it was frozen
  void add(Held memory, CoveredPositions consumed) {
    held.add(memory);
    to = to.union(consumed);
  }

  /// The memory that is to become a block or to give way to one, in the order of its freezing.
  List<Held> held() {
    return held;
  }

  /// The samples of that memory.
  List<FrozenWindow> frozen() {
    return held.stream().map(Held::samples).toList();
  }

  /// Up to where the logs are in the frozen memory and the blocks before it.
  CoveredPositions to() {
    return to;
  }

  /// What blocks covered when it was last decided what becomes of the memory beside them.
  CoveredPositions adopted() {
    return adopted;
  }

  void adopted(CoveredPositions covered) {
    adopted = covered;
  }

  /// A record the volume gave no answer for: it may be in the register or come to be there.
  Optional<RegisterRecord> unanswered() {
    return Optional.ofNullable(unanswered);
  }

  void unanswered(@Nullable RegisterRecord value) {
    unanswered = value;
  }

  /// By the acceptance clock, ms: from when on the memory may become a block.
  long dueAt() {
    return dueAt;
  }

  void dueAt(long acceptanceClock) {
    dueAt = acceptanceClock;
  }

  /// Monotonic time, ns, of the own closing claim; [Long#MIN_VALUE] without one.
  long closingSince() {
    return closingSince;
  }

  void closingSince(long nanos) {
    closingSince = nanos;
  }
}
