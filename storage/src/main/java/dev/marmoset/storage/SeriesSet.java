package dev.marmoset.storage;

import java.io.IOException;

/// A forward cursor over selected series. Not thread-safe; valid until its querier is closed.
public interface SeriesSet {
  /// Steps to the next series; false at the end.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  boolean next() throws IOException;

  /// The current series. The object stays valid after further steps, until the querier is closed.
  ChunkSeries series();
}
