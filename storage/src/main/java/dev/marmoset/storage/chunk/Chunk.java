package dev.marmoset.storage.chunk;

import java.util.Arrays;

/// An encoded run of samples of one series.
///
/// The data is the bare chunk: it begins with the BE16 sample count and carries neither the length, nor the encoding
/// byte, nor the checksum that frame it in a chunk file. The StoreAPI sends exactly these bytes.
///
/// Immutable by contract and therefore safe to share: the array belongs to the chunk, nobody may modify it.
public final class Chunk {
  /// Bytes of the sample count at the beginning of the data.
  public static final int COUNT_BYTES = Short.BYTES;
  /// The largest count its two bytes can hold.
  static final int MAX_COUNT = 0xffff;

  private final ChunkEncoding encoding;
  private final long minTime;
  private final long maxTime;
  private final byte[] data;

  /// Wraps data without copying it.
  ///
  /// @param minTime time of the first sample, ms
  /// @param maxTime time of the last sample, ms, inclusive
  /// @param data the bare chunk; ownership passes to the new object
  /// @throws IllegalArgumentException if the data is too short to hold the sample count or the range is reversed
  public Chunk(ChunkEncoding encoding, long minTime, long maxTime, byte[] data) {
    if (data.length < COUNT_BYTES) {
      throw new IllegalArgumentException(
          "wrapping a " + encoding + " chunk: " + data.length
              + " bytes cannot hold the sample count, which takes " + COUNT_BYTES);
    }
    if (minTime > maxTime) {
      throw new IllegalArgumentException(
          "wrapping a " + encoding + " chunk: first time " + minTime + " is after last time " + maxTime);
    }
    this.encoding = encoding;
    this.minTime = minTime;
    this.maxTime = maxTime;
    this.data = data;
  }

  /// How [#data()] is encoded.
  public ChunkEncoding encoding() {
    return encoding;
  }

  /// Time of the first sample, ms.
  public long minTime() {
    return minTime;
  }

  /// Time of the last sample, ms, inclusive.
  public long maxTime() {
    return maxTime;
  }

  /// The bare chunk, not a copy. Callers must not modify it.
  public byte[] data() {
    return data;
  }

  /// Number of samples as the data states it, 0 to 65535.
  public int sampleCount() {
    return (data[0] & 0xff) << Byte.SIZE | (data[1] & 0xff);
  }

  /// Equal when encoding, range and every byte are.
  @Override
  public boolean equals(Object other) {
    return other instanceof Chunk chunk && encoding == chunk.encoding && minTime == chunk.minTime
        && maxTime == chunk.maxTime
        && Arrays.equals(data, chunk.data);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(minTime) + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return encoding + "[" + minTime + ".." + maxTime + " ms, " + sampleCount() + " samples, " + data.length
        + " bytes]";
  }
}
