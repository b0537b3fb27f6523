package dev.marmoset.storage;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.List;

/// One selected series: its labels now, its chunks when asked. Small, so that a reader can hold and sort very many.
public interface ChunkSeries {
  /// Labels as stored: without external labels.
  Labels labels();

  /// Reads the chunks that overlap the querier's range: ascending, disjoint, whole (not trimmed to the range), cut by
  /// the rule of [dev.marmoset.storage.chunk.ChunkCut]. May be empty if the data has been deleted since the selection.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  List<Chunk> chunks() throws IOException;
}
