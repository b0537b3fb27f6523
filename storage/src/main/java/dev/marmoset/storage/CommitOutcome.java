package dev.marmoset.storage;

/// What became of a committed group.
public sealed interface CommitOutcome {
  /// Every accepted sample is fsynced in the log and visible to queries.
  record Durable() implements CommitOutcome {
    /// The one instance.
    public static final Durable INSTANCE = new Durable();
  }

  /// Nothing is promised; the samples may or may not have been stored. Sending them again is safe.
  ///
  /// @param reason what was being done and why it could not be, fit for the sender
  record Unavailable(String reason) implements CommitOutcome {}
}
