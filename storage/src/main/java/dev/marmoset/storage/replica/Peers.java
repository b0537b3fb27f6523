package dev.marmoset.storage.replica;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogNote;

/// What following other logs asks of and tells to the rest of the process. Called on the thread that follows.
public interface Peers {
  /// Whether the own lease is valid: only then may other logs be sealed.
  boolean leaseIsValid();

  /// Another replica has written a register record, or makes progress with a claim.
  void noted(Ulid incarnation, LogNote note);

  /// Segments of this log were deleted before they were read: the registers say which blocks hold them.
  void vanished(Ulid incarnation);
}
