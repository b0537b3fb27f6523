package dev.marmoset.storage.head.late;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Walks the rows of a late run in order, one block in memory. Not thread-safe.
final class LateRunCursor {
  private static final VarHandle VALUES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final LateRun run;
  /// A value is read as eight bytes whatever its length: the last one may lie before the end.
  private final byte[] bytes = new byte[LateRun.BLOCK_ROWS * LateRun.MAX_ROW_BYTES + Long.BYTES];
  private int nextBlock;
  private int rowsLeft;
  private int at;
  private int id;
  private int kind;
  private long t;
  private long value;

  /// A cursor before the first row of a block.
  LateRunCursor(LateRun run, int block) {
    this.run = run;
    this.nextBlock = block;
  }

  /// Steps to the next row; false at the end.
  ///
  /// @throws IOException if scratch does not give it
  boolean next() throws IOException {
    if (rowsLeft == 0) {
      if (nextBlock == run.blocks()) {
        return false;
      }
      run.read(nextBlock, bytes);
      id = run.firstId(nextBlock);
      rowsLeft = run.rows(nextBlock++);
      at = 0;
    }
    rowsLeft--;
    int head = uvarint();
    id += head >>> LateRun.ID_SHIFT;
    kind = (head >>> LateRun.KIND_SHIFT & 1) + LateRow.FLOAT;
    t = run.windowStart() + uvarint();
    int length = head & LateRun.LENGTH_MASK;
    value = length == 0 ? 0 : (long) VALUES.get(bytes, at) & -1L << Long.SIZE - Byte.SIZE * length;
    at += length;
    return true;
  }

  private int uvarint() {
    int result = 0;
    int shift = 0;
    while (bytes[at] < 0) {
      result |= (bytes[at++] & 0x7F) << shift;
      shift += 7;
    }
    return result | bytes[at++] << shift;
  }

  int id() {
    return id;
  }

  int kind() {
    return kind;
  }

  long t() {
    return t;
  }

  long value() {
    return value;
  }

  /// Whether the row comes before that of another cursor in the order of runs.
  boolean isBefore(LateRunCursor other) {
    return id < other.id || id == other.id && t < other.t;
  }

  /// The row as an object.
  LateRow row() {
    return new LateRow(id, kind, t, value);
  }
}
