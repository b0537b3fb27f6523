package dev.marmoset.storage.chunk;

/// The rule that says which samples of a series share a chunk.
///
/// Take the samples of one window in time order. A new chunk begins at the window's start, after [#MAX_SAMPLES]
/// samples, when the kind of sample changes, and where the histogram encodings demand it. Nothing else cuts: no byte
/// target, no prediction, no look at a neighbouring window. The cut is thereby a function of the samples alone, so
/// replicas that hold equal samples emit equal bytes, and thanos-query drops one of two equal chunks before it
/// deduplicates anything.
public final class ChunkCut {
  /// Samples a chunk holds at most. Prometheus aims at 120, and the Thanos acceptance tests expect no more.
  public static final int MAX_SAMPLES = 120;
  /// Length of a window, ms: two hours, the range of a level-1 block.
  public static final long WINDOW_MS = 7_200_000;

  private ChunkCut() {}

  /// Start of the window that holds t, ms; windows are aligned to the epoch, also before it.
  ///
  /// The window that holds [Long#MIN_VALUE] begins before it; its start is reported as [Long#MIN_VALUE].
  public static long windowStart(long t) {
    var start = Math.floorDiv(t, WINDOW_MS) * WINDOW_MS;
    return start > t ? Long.MIN_VALUE : start;
  }
}
