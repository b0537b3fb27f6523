package dev.marmoset.storage.io;

/// What may go wrong with one operation of a [FaultyFileSystem].
public enum Fault {
  /// Nothing is done, EIO.
  ERROR_BEFORE,
  /// Everything is done, EIO all the same: the reply got lost.
  ERROR_AFTER,
  /// A write takes half of the bytes and says so; other operations are as usual.
  SHORT,
  /// A write takes half of the bytes, then ENOSPC; other operations do nothing, ENOSPC.
  NO_SPACE,
  /// A force reports EIO once, drops what was not forced, and says OK from then on; other operations do nothing, EIO.
  LOSES_UNFORCED,
  /// An NFS handle has become stale.
  STALE,
  /// Power is lost before the operation.
  CRASH_BEFORE,
  /// Power is lost in the middle of it: a write takes half of the bytes.
  CRASH_WITHIN,
  /// Power is lost right after it.
  CRASH_AFTER
}
