package dev.marmoset.storage.upload;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.upload.bucket.Duplicates.Findings;
import java.util.Map;
import java.util.Optional;

/// How an attempt to upload a block ended.
public sealed interface UploadOutcome {
  /// The block is in the bucket, whole. Somebody else may have put it there.
  ///
  /// @param files    bytes by path, as the bucket listed them at the end
  /// @param findings duplicates and overlaps met on the way
  record Uploaded(Map<String, Long> files, Findings findings) implements UploadOutcome {
    /// Copies the map.
    public Uploaded {
      files = Map.copyOf(files);
    }
  }

  /// What the block holds is in the bucket under another name, mostly compacted. Nothing was put.
  ///
  /// @param holder the block that contains the source
  record AlreadyPublished(Ulid holder) implements UploadOutcome {}

  /// Somebody else claims what the block claims. Nothing was put; trying again helps only after somebody has decided.
  ///
  /// @param scope   how much is affected
  /// @param object  key of what stands in the way
  /// @param foreign the block or the volume found there, if it can be told
  /// @param detail  both sides, for people
  record Conflict(Scope scope, String object, Optional<Ulid> foreign, String detail)
      implements
        UploadOutcome {}

  /// How much a conflict affects.
  enum Scope {
    /// Another volume publishes under these labels: no window may go up.
    LABELS,
    /// The window is published as another block, or overlaps one of somebody else's.
    WINDOW
  }

  /// Not this time. Everything may be repeated.
  ///
  /// @param cause  what to wait for
  /// @param detail what happened
  record Retry(Cause cause, String detail) implements UploadOutcome {}

  /// Why an attempt did not come to an end.
  enum Cause {
    /// The bucket did not answer, or with an error.
    BUCKET,
    /// This process may not start a request at the moment.
    LEASE,
    /// A local file is not there, or not what was committed.
    LOCAL_FILE,
    /// Somebody else changed the same objects meanwhile.
    RACE
  }
}
