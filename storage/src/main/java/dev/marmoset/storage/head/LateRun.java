package dev.marmoset.storage.head;

import dev.marmoset.storage.io.ScratchFile;
import java.io.IOException;
import java.util.List;

/// One late run: rows of a window sorted by (series id, time), contiguous in the window's scratch file.
///
/// A sparse index in memory, one series id per [#BLOCK_ROWS] rows, leads a look-up to at most a few blocks. Immutable;
/// thread-safe.
final class LateRun {
  /// Rows per index entry: 6 KiB, about one read of the page cache.
  static final int BLOCK_ROWS = 256;

  private final ScratchFile file;
  private final long offset;
  private final int rows;
  private final int level;
  private final int[] firstIdOfBlock;

  /// @param offset         where the rows begin in the file
  /// @param level          0 for a spilled batch, n + 1 for a merge of runs of level n
  /// @param firstIdOfBlock series id of row 0, 256, 512, …; owned
  LateRun(ScratchFile file, long offset, int rows, int level, int[] firstIdOfBlock) {
    this.file = file;
    this.offset = offset;
    this.rows = rows;
    this.level = level;
    this.firstIdOfBlock = firstIdOfBlock;
  }

  int rows() {
    return rows;
  }

  int level() {
    return level;
  }

  /// Adds the rows of one series to `target`, by time.
  ///
  /// @throws IOException if scratch does not give them
  void collect(int id, List<LateRow> target) throws IOException {
    byte[] block = new byte[BLOCK_ROWS * LateRow.BYTES];
    for (int b = firstBlock(id); b < firstIdOfBlock.length && firstIdOfBlock[b] <= id; b++) {
      int n = read(b, block);
      for (int i = 0; i < n; i++) {
        if (Bytes.getInt(block, i * LateRow.BYTES) == id) {
          target.add(LateRow.read(block, i * LateRow.BYTES));
        }
      }
    }
  }

  /// Reads one block into `target` and answers how many rows it has.
  ///
  /// @throws IOException if scratch does not give it
  int read(int block, byte[] target) throws IOException {
    int first = block * BLOCK_ROWS;
    int n = Math.min(BLOCK_ROWS, rows - first);
    file.read(offset + (long) first * LateRow.BYTES, target, 0, n * LateRow.BYTES);
    return n;
  }

  int blocks() {
    return firstIdOfBlock.length;
  }

  /// The first block that may hold rows of the series: the one before the first that begins with `id` or more.
  private int firstBlock(int id) {
    int low = 0;
    int high = firstIdOfBlock.length;
    while (low < high) {
      int middle = low + high >>> 1;
      if (firstIdOfBlock[middle] < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Math.max(0, low - 1);
  }
}
