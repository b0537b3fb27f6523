package dev.marmoset.ingest.verdict;

/// What became of a write request whose body could be decoded.
public sealed interface WriteOutcome {
  /// Everything is stored, or there was nothing to store.
  ///
  /// @param written what counts as written
  record Accepted(Written written) implements WriteOutcome {}

  /// Some of it is stored, the rest is refused for good.
  ///
  /// @param written what counts as written
  /// @param text    counts per reason and examples, at most 1 KiB
  record Partial(Written written, String text) implements WriteOutcome {}

  /// All of it is refused for good.
  ///
  /// @param text counts per reason and examples, at most 1 KiB
  record Rejected(String text) implements WriteOutcome {}

  /// Nothing is promised; the same request may be sent again.
  ///
  /// @param reason what was being done and why it could not be
  record Unavailable(String reason) implements WriteOutcome {}

  /// Some of it is stored, the rest may be taken later: the store creates series too fast. The same request may be
  /// sent again.
  ///
  /// @param written what counts as written
  /// @param text    as for [Partial]
  record Throttled(Written written, String text) implements WriteOutcome {}

  /// Counts of accepted verdicts: stored, held already, or absorbed by the conflict rule.
  ///
  /// @param samples    float samples
  /// @param histograms histogram samples
  /// @param exemplars  exemplars that are kept
  record Written(int samples, int histograms, int exemplars) {
    /// Nothing written.
    public static final Written NOTHING = new Written(0, 0, 0);
  }
}
