package dev.marmoset.storage.upload;

import java.io.IOException;
import java.util.List;

/// What the windows' registers say about publication. The queue calls it from its own thread only.
public interface PublishedWindows {
  /// Blocks that are committed, not uploaded and not in conflict, and that this process is to upload now, in any order.
  ///
  /// @throws IOException if the registers cannot be read
  List<FinalBlock> pending() throws IOException;

  /// Writes down that a block is in the bucket. A block for which it throws is offered and found there again.
  ///
  /// @param outcome [UploadOutcome.Uploaded] or [UploadOutcome.AlreadyPublished]
  void uploaded(FinalBlock block, UploadOutcome outcome) throws IOException;

  /// Writes down that a block cannot be uploaded. For [UploadOutcome.Scope#LABELS] the block should stay pending: the
  /// queue tries again now and then, and goes on when the labels are free or adopted.
  void conflict(FinalBlock block, UploadOutcome.Conflict conflict) throws IOException;
}
