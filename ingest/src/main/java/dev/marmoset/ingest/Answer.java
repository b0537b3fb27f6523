package dev.marmoset.ingest;

import dev.marmoset.ingest.account.Tally;
import dev.marmoset.ingest.verdict.WriteOutcome.Written;

/// What is to be said about a request, before it has a status.
sealed interface Answer {
  /// How many of what.
  Tally tally();

  /// What is wrong, fit for the sender; empty if nothing is.
  String text();

  /// Every sample has its verdict, and what was accepted is durable.
  ///
  /// @param written what counts as written
  record Judged(Written written, Tally tally, String text) implements Answer {}

  /// The request is refused as a whole, or has to be sent again as a whole.
  ///
  /// @param retryAfter seconds after which it may be sent again, where that is said at all
  record Refused(RequestRefusal why, Tally tally, String text, long retryAfter) implements Answer {}

  /// A refusal without a verdict; whoever may send again may do so soon.
  static Refused refused(RequestRefusal why, String text) {
    // Small, because it replaces the sender's own backoff.
    return new Refused(why, Tally.NOTHING, text, 1);
  }
}
