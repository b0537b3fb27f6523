package dev.marmoset.storage.upload;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.window.register.BucketIdentity;
import java.util.function.Predicate;

/// Tells the source ids of one volume and label set from all others: a source names the end of its window, and the rest
/// is a hash that only the same volume and labels give.
///
/// @param identity whose
record OwnSources(BucketIdentity identity) implements Predicate<Ulid> {
  /// Far above the patches a window can get: one for each twelfth of W, and a few for memory.
  private static final int PATCHES = 64;

  @Override
  public boolean test(Ulid source) {
    long start = source.millis() - ChunkCut.WINDOW_MS;
    if (start % ChunkCut.WINDOW_MS != 0) {
      return false;
    }
    for (int k = 0; k < PATCHES; k++) {
      if (identity.source(start, k).equals(source)) {
        return true;
      }
    }
    return false;
  }
}
