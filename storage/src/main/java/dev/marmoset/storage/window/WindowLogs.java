package dev.marmoset.storage.window;

import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import java.io.IOException;
import java.time.Duration;

/// What the keeper of windows must know of the logs. Thread-safe.
public interface WindowLogs {
  /// Up to where the head has every log: each sample at or before these positions is in it, unless it was covered by
  /// blocks already. More may be.
  CoveredPositions consumed();

  /// Behind which position of each log the head has no sample of a window.
  ///
  /// @param start first time of the window, ms
  CoveredPositions taken(long start);

  /// Puts what the head has had of a window into it once more, in addition, as far as it comes from positions in (from, to]
  /// of each log.
  ///
  /// @param start first time of the window, ms
  /// @throws IOException if a part of it cannot be read any more; what was put there does no harm
  void readAgain(long start, CoveredPositions from, CoveredPositions to) throws IOException;

  /// How long work on a window that is due is left to other replicas, which are to do it before this one.
  ///
  /// @param start first time of the window, ms
  Duration claimDelay(long start);

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
