package dev.marmoset.storage.head.late;

import dev.marmoset.storage.io.ScratchFile;
import java.io.IOException;
import java.util.List;

/// One late run: rows of a window sorted by (series id, time), contiguous in the window's scratch file, in blocks of
/// [#BLOCK_ROWS] that decode alone.
///
/// | bytes | field of a row                                                                                    |
/// |-------|---------------------------------------------------------------------------------------------------|
/// | 1..5  | LEB128: id − id of the row before (0 in the first row) << 5, kind − 1 << 4, n                       |
/// | 1..4  | LEB128: time − start of the window, ms                                                             |
/// | n     | the value's upper bytes, big-endian; the 8 − n others are 0                                        |
///
/// A sparse index in memory, first series id and offset per block, leads a look-up to at most a few blocks. Immutable;
/// thread-safe.
final class LateRun {
  /// Rows per index entry: about 3 KiB.
  static final int BLOCK_ROWS = 256;
  /// Most bytes of a row.
  static final int MAX_ROW_BYTES = 5 + 4 + Long.BYTES;
  static final int ID_SHIFT = 5;
  static final int KIND_SHIFT = 4;
  static final int LENGTH_MASK = 15;

  private final ScratchFile file;
  private final long windowStart;
  private final int level;
  private final int rows;
  private final int[] firstIdOfBlock;
  /// One more than blocks: where the last one ends.
  private final long[] blockOffset;

  /// @param level          0 for a spilled batch, n + 1 for a merge of runs of level n
  /// @param firstIdOfBlock series id of row 0, 256, 512, …; owned
  /// @param blockOffset    where they lie in the file, and the end of the last one; owned
  LateRun(ScratchFile file, long windowStart, int level, int rows, int[] firstIdOfBlock, long[] blockOffset) {
    this.file = file;
    this.windowStart = windowStart;
    this.level = level;
    this.rows = rows;
    this.firstIdOfBlock = firstIdOfBlock;
    this.blockOffset = blockOffset;
  }

  int level() {
    return level;
  }

  /// Start of the window that its times count from, ms.
  long windowStart() {
    return windowStart;
  }

  int blocks() {
    return firstIdOfBlock.length;
  }

  /// Series id of the first row of a block.
  int firstId(int block) {
    return firstIdOfBlock[block];
  }

  /// Rows of a block.
  int rows(int block) {
    return Math.min(BLOCK_ROWS, rows - block * BLOCK_ROWS);
  }

  /// Bytes of memory that the index takes.
  long memoryBytes() {
    return (long) blocks() * (Integer.BYTES + Long.BYTES);
  }

  /// Adds the rows of one series to `target`, by time.
  ///
  /// @throws IOException if scratch does not give them
  void collect(int id, List<LateRow> target) throws IOException {
    int block = firstBlock(id);
    if (block == blocks() || firstIdOfBlock[block] > id) {
      return;
    }
    var cursor = new LateRunCursor(this, block);
    while (cursor.next() && cursor.id() <= id) {
      if (cursor.id() == id) {
        target.add(cursor.row());
      }
    }
  }

  /// Reads one block into `target`, which has room for the largest.
  ///
  /// @throws IOException if scratch does not give it
  void read(int block, byte[] target) throws IOException {
    file.read(blockOffset[block], target, 0, (int) (blockOffset[block + 1] - blockOffset[block]));
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
