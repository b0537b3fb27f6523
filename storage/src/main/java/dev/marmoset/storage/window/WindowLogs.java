package dev.marmoset.storage.window;

import dev.marmoset.storage.log.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;

/// What the keeper of windows must know of the logs. Thread-safe.
public interface WindowLogs {
  /// Up to where the head has every log: each sample at or before these positions is in it, unless it was covered by
  /// blocks already. More may be.
  CoveredPositions consumed();

  /// Whether no log, listed freshly, can bring another sample before `t`, ms: each is sealed and consumed to its end, or
  /// consumed to a floor that says so.
  boolean isPast(long t);

  /// Whether a claim is void: its author's log is sealed, or has shown no progress for 10 min.
  boolean isVoid(Claim claim);

  /// Whether the head is complete and the lease of the own log valid: only then windows may be worked on.
  boolean isLive();

  /// The acceptance clock, ms.
  long acceptanceClock();

  /// Tells the other replicas about a window.
  ///
  /// @param start  of the window, ms
  /// @param number of the register record just written; 0 = a claim makes progress
  void note(long start, long number);
}
