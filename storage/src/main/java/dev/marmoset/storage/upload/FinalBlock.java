package dev.marmoset.storage.upload;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import java.nio.file.Path;
import java.util.List;

/// A block whose bytes are decided for ever: what a COMMIT says, and where its files lie. Immutable.
///
/// @param identity    whose
/// @param start       begin of the window, ms
/// @param k           0 for the window's first block, the number of a patch otherwise
/// @param publication the block as the bucket will hold it
/// @param directory   where its files lie
/// @param committed   wall time of the COMMIT, ms
public record FinalBlock(BucketIdentity identity, long start, int k, Publication publication, Path directory,
    long committed) {
  /// @throws IllegalArgumentException if there is no label: Thanos takes no such block
  public FinalBlock {
    if (identity.labels().isEmpty()) {
      throw new IllegalArgumentException(
          "block " + publication.bucket() + " has no external label; the bucket needs one");
    }
  }

  /// End of the window, ms, exclusive.
  public long end() {
    return start + ChunkCut.WINDOW_MS;
  }

  /// Its name in the bucket.
  public Ulid ulid() {
    return publication.bucket();
  }

  /// Its one entry of `compaction.sources`.
  public Ulid source() {
    return publication.source();
  }

  /// Its files without meta.json.
  public List<BlockFile> files() {
    return publication.files();
  }
}
