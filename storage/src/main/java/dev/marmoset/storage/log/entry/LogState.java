package dev.marmoset.storage.log.entry;

import java.util.List;

/// What a replica tells the others in its log every few seconds.
///
/// @param ready        whether it answers queries with everything
/// @param leaving      whether it was told to stop
/// @param secondsReady for how long it has been ready, by its monotonic clock
/// @param consumed     how far it has read each log that is unsealed or was sealed less than 10 min ago
public record LogState(boolean ready, boolean leaving, long secondsReady, List<LogPosition> consumed) {
  /// What a replica says before it has anything to say.
  public static final LogState STARTING = new LogState(false, false, 0, List.of());

  /// Copies the list.
  public LogState {
    consumed = List.copyOf(consumed);
  }
}
