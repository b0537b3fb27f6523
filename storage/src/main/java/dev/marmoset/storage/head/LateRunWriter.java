package dev.marmoset.storage.head;

import dev.marmoset.storage.io.ScratchFile;
import java.util.Arrays;

/// Writes one late run row by row. Nobody else may append to the file until [#finish]: a run is contiguous.
final class LateRunWriter {
  private final ScratchFile file;
  private final int level;
  private final long start;
  private final byte[] block = new byte[LateRun.BLOCK_ROWS * LateRow.BYTES];
  private int[] firstIdOfBlock = new int[16];
  private int rows;

  LateRunWriter(ScratchFile file, int level) {
    this.file = file;
    this.level = level;
    this.start = file.size();
  }

  /// Adds a row; rows come sorted by (id, t) and distinct in it.
  void add(LateRow row) {
    int inBlock = rows % LateRun.BLOCK_ROWS;
    if (inBlock == 0) {
      int b = rows / LateRun.BLOCK_ROWS;
      if (b == firstIdOfBlock.length) {
        firstIdOfBlock = Arrays.copyOf(firstIdOfBlock, b * 2);
      }
      firstIdOfBlock[b] = row.id();
    }
    row.write(block, inBlock * LateRow.BYTES);
    rows++;
    if (inBlock == LateRun.BLOCK_ROWS - 1) {
      file.append(block, 0, block.length);
    }
  }

  /// Writes what is left and answers the run.
  LateRun finish() {
    int rest = rows % LateRun.BLOCK_ROWS;
    file.append(block, 0, rest * LateRow.BYTES);
    int blocks = (rows + LateRun.BLOCK_ROWS - 1) / LateRun.BLOCK_ROWS;
    return new LateRun(file, start, rows, level, Arrays.copyOf(firstIdOfBlock, blocks));
  }
}
