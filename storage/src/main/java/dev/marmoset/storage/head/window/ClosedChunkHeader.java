package dev.marmoset.storage.head.window;

import dev.marmoset.storage.head.scratch.Bytes;

/// What precedes a closed chunk on scratch.
///
/// @param previous ref of the series' closed chunk before this one, 0 when there is none
/// @param minTime  time of the first sample, ms
/// @param maxTime  time of the last sample, ms
/// @param length   bytes of the chunk
public record ClosedChunkHeader(long previous, long minTime, long maxTime, int length) {
  /// Bytes of a header: three longs and two ints, of which the last is unused and keeps chunks 8-aligned.
  static final int BYTES = 3 * Long.BYTES + 2 * Integer.BYTES;

  void write(byte[] target, int offset) {
    Bytes.putLong(target, offset, previous);
    Bytes.putLong(target, offset + 8, minTime);
    Bytes.putLong(target, offset + 16, maxTime);
    Bytes.putInt(target, offset + 24, length);
    Bytes.putInt(target, offset + 28, 0);
  }

  static ClosedChunkHeader read(byte[] source, int offset) {
    return new ClosedChunkHeader(Bytes.getLong(source, offset), Bytes.getLong(source, offset + 8),
        Bytes.getLong(source, offset + 16), Bytes.getInt(source, offset + 24));
  }
}
