package dev.marmoset.storage.objstore;

/// What became of a put.
public enum PutOutcome {
  /// The object is there, with this content.
  STORED,
  /// Only under [ObjectStore.Condition#ABSENT]: an object of that key was there already (412). It may be our own, of a
  /// put whose answer got lost.
  EXISTS,
  /// Only under [ObjectStore.Condition#ABSENT]: somebody else is putting that key at this moment (409). Ask again.
  RACED
}
