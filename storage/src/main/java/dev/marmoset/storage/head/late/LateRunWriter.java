package dev.marmoset.storage.head.late;

import dev.marmoset.storage.io.ScratchFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Writes one late run row by row. Nobody else may append to the file until [#finish]: a run is contiguous.
final class LateRunWriter {
  private static final VarHandle VALUES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final ScratchFile file;
  private final long windowStart;
  private final int level;
  private final byte[] block = new byte[LateRun.BLOCK_ROWS * LateRun.MAX_ROW_BYTES + Long.BYTES];
  private int[] firstIdOfBlock = new int[16];
  private long[] blockOffset = new long[17];
  private int at;
  private int rows;
  private int previousId;

  /// @param windowStart start of the window that owns the file, ms
  LateRunWriter(ScratchFile file, long windowStart, int level) {
    this.file = file;
    this.windowStart = windowStart;
    this.level = level;
    blockOffset[0] = file.size();
  }

  /// Adds a row; rows come sorted by (id, t) and distinct in it.
  void add(int id, int kind, long t, long value) {
    if (rows % LateRun.BLOCK_ROWS == 0) {
      beginBlock(id);
    }
    int length = Long.BYTES - (Long.numberOfTrailingZeros(value) >>> 3);
    uvarint(id - previousId << LateRun.ID_SHIFT | kind - LateRow.FLOAT << LateRun.KIND_SHIFT | length);
    uvarint((int) (t - windowStart));
    VALUES.set(block, at, value);
    at += length;
    previousId = id;
    if (++rows % LateRun.BLOCK_ROWS == 0) {
      endBlock();
    }
  }

  private void beginBlock(int id) {
    int b = rows / LateRun.BLOCK_ROWS;
    if (b == firstIdOfBlock.length) {
      firstIdOfBlock = Arrays.copyOf(firstIdOfBlock, b * 2);
      blockOffset = Arrays.copyOf(blockOffset, b * 2 + 1);
    }
    firstIdOfBlock[b] = id;
    previousId = id;
    at = 0;
  }

  private void endBlock() {
    int b = (rows - 1) / LateRun.BLOCK_ROWS;
    file.append(block, 0, at);
    blockOffset[b + 1] = blockOffset[b] + at;
  }

  private void uvarint(int number) {
    int rest = number;
    while ((rest & ~0x7F) != 0) {
      block[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    block[at++] = (byte) rest;
  }

  /// Writes what is left and answers the run.
  LateRun finish() {
    if (rows % LateRun.BLOCK_ROWS != 0) {
      endBlock();
    }
    int blocks = (rows + LateRun.BLOCK_ROWS - 1) / LateRun.BLOCK_ROWS;
    return new LateRun(file, windowStart, level, rows, Arrays.copyOf(firstIdOfBlock, blocks),
        Arrays.copyOf(blockOffset, blocks + 1));
  }
}
