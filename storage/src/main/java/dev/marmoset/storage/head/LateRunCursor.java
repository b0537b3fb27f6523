package dev.marmoset.storage.head;

import java.io.IOException;

/// Walks the rows of a late run in order, one block in memory. Not thread-safe.
final class LateRunCursor {
  private final LateRun run;
  private final byte[] block = new byte[LateRun.BLOCK_ROWS * LateRow.BYTES];
  private int nextBlock;
  private int inBlock;
  private int at = -1;

  LateRunCursor(LateRun run) {
    this.run = run;
  }

  /// Steps to the next row; false at the end.
  ///
  /// @throws IOException if scratch does not give it
  boolean next() throws IOException {
    if (++at >= inBlock) {
      if (nextBlock == run.blocks()) {
        return false;
      }
      inBlock = run.read(nextBlock++, block);
      at = 0;
    }
    return true;
  }

  LateRow row() {
    return LateRow.read(block, at * LateRow.BYTES);
  }
}
