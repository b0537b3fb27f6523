package dev.marmoset.storage.chunk.lane;

/// What became of a histogram that was to join a chunk.
public sealed interface AppendOutcome {
  /// It is in.
  enum Taken implements AppendOutcome {
    /// At the end; what was written before is as it was.
    APPENDED,
    /// At the end, and the whole chunk was written anew because the sample has buckets that it did not have.
    REENCODED
  }

  /// It is not in and cannot be: it must begin another chunk. The appender is as it was.
  ///
  /// @param flag what that chunk is to say about a counter reset
  record NewChunk(ResetFlag flag) implements AppendOutcome {}
}
