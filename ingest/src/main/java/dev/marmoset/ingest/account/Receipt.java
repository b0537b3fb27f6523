package dev.marmoset.ingest.account;

import java.time.Duration;

/// What became of one write request.
///
/// @param time     when it was answered, ms since the epoch
/// @param sender   name of its account
/// @param protocol `1.0`, `2.0` or `unknown`
/// @param bytes    of the body, as far as it was read
/// @param tally    counts
/// @param status   HTTP status of the answer
/// @param refusal  why the request was refused as a whole, in the words of the metrics; empty if it was judged
/// @param duration from its head to its answer
/// @param said     text of the answer, at most 1 KiB; empty for a success
public record Receipt(long time, String sender, String protocol, long bytes, Tally tally, int status,
    String refusal, Duration duration, String said) {
  /// Whether anything of the request was not taken.
  public boolean refused() {
    return tally.rejected() > 0 || !refusal.isEmpty();
  }
}
