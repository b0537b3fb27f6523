package dev.marmoset.storage.window;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.window.register.WindowState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From when on a process may accept samples: not before the end of a window that somebody had begun to close before its
/// log was there, because whoever closes a window then does not wait for that log. Confined to the keeper's thread,
/// except where it says otherwise.
///
/// A register that cannot be read may say that its window is closing. Nothing is accepted for such a window until it can be:
/// for [#PATIENCE] whoever sends such samples is asked to try again, because the volume may just be slow to answer; then
/// they are refused as too old, because one broken file must not hold up a sender for a day. Once the register can be
/// read, what it says counts. Nothing is known of later closings here, nor needs to be: those wait for the own log.
final class ClosedBound {
  /// As long as a claim without progress lives.
  static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Logger LOG = LoggerFactory.getLogger(ClosedBound.class);

  private final Head head;
  private final Clock clock;
  private final Set<Long> unsure = new HashSet<>();
  private long began;
  private long closed = Long.MIN_VALUE;
  private boolean refusing;
  private volatile Optional<String> waiting = Optional.empty();

  ClosedBound(Head head, Clock clock) {
    this.head = head;
    this.clock = clock;
  }

  /// Takes in what the registers said when they were read first, after the own log was there.
  void begin(Map<Long, WindowState> states) {
    began = clock.nanos();
    states.values().stream().filter(WindowState::mayBeClosing).map(WindowState::start).forEach(unsure::add);
    step(states);
  }

  /// Takes in what the registers say now.
  void step(Map<Long, WindowState> states) {
    if (unsure.isEmpty()) {
      return;
    }
    unsure.retainAll(states.keySet());
    List<WindowState> asked =
        unsure.stream().flatMap(start -> Optional.ofNullable(states.get(start)).stream())
            .toList();
    for (WindowState state : asked) {
      if (state.isClosing()) {
        closed = Math.max(closed, state.end());
      }
      if (state.isClosing() || !state.mayBeClosing()) {
        unsure.remove(state.start());
      }
    }
    List<WindowState> unknown = asked.stream().filter(state -> unsure.contains(state.start())).toList();
    long unsureBefore = Math.max(closed, unknown.stream().mapToLong(WindowState::end).max().orElse(closed));
    boolean patient = clock.nanos() - began < PATIENCE.toNanos();
    if (!patient && !unknown.isEmpty() && !refusing) {
      refusing = true;
      LOG.error("samples before {} ms are refused as too old, because a register cannot be read: {}",
          unsureBefore, unknown.getLast().reason());
    }
    waiting = unknown.stream().filter(state -> patient && state.health() == WindowState.Health.UNREADABLE)
        .map(WindowState::reason).findFirst();
    head.acceptFrom(patient ? closed : unsureBefore, unsureBefore);
  }

  /// Which register is waited for; empty when none is. Any thread.
  Optional<String> waiting() {
    return waiting;
  }
}
