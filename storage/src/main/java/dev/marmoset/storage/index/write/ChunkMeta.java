package dev.marmoset.storage.index.write;

/// Where a chunk of a block lies and what it spans.
///
/// @param minTime time of the first sample, ms
/// @param maxTime time of the last sample, ms, inclusive
/// @param ref     segment (0-based position among the sorted chunk files) << 32 | offset of the chunk's length in it
public record ChunkMeta(long minTime, long maxTime, long ref) {
  /// Checks that the range is not reversed.
  public ChunkMeta {
    if (minTime > maxTime) {
      throw new IllegalArgumentException(
          "chunk at ref " + ref + " has first time " + minTime + " after last time " + maxTime);
    }
  }
}
