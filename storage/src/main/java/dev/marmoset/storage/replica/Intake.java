package dev.marmoset.storage.replica;

import dev.marmoset.storage.log.read.LogTail;

/// Takes in what one log holds. Confined to the thread that follows.
public interface Intake extends LogTail.Consumer {
  /// Makes everything delivered so far visible.
  void flush();

  /// States that nothing more will be delivered: what was kept for that can be given up.
  void end();
}
