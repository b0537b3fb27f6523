package dev.marmoset.storeapi;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;

/// Writes stored chunks as the field `chunks` of `thanos.Series`. The only place that knows that an encoding's number
/// on the wire is the one on disk minus one.
///
/// | bytes | field                                                                            |
/// |-------|----------------------------------------------------------------------------------|
/// | 1 + n | `0x12`, length: field 2 of `Series`, an `AggrChunk`                              |
/// | 1 + n | `0x08`, first time, ms                                                           |
/// | 1 + n | `0x10`, last time, ms                                                            |
/// | 1 + n | `0x1A`, length: `raw`, a `Chunk`                                                 |
/// | 0, 2  | `0x08`, encoding; left out for XOR, which is 0                                   |
/// | 1 + n | `0x12`, length of the data, and the data as stored                               |
/// | 1 + n | `0x18`, XXH64 of the data: the only identity a chunk has, by which the querier recognises equal chunks of replicas |
///
/// Numbers are LEB128, negative ones in ten bytes (protobuf `int64`).
final class AggrChunks {
  private static final int CHUNKS_TAG = 0x12;
  private static final int MIN_TIME_TAG = 0x08;
  private static final int MAX_TIME_TAG = 0x10;
  private static final int RAW_TAG = 0x1A;
  private static final int TYPE_TAG = 0x08;
  private static final int DATA_TAG = 0x12;
  private static final int HASH_TAG = 0x18;

  private AggrChunks() {}

  /// What the querier compares.
  static long hash(Chunk chunk) {
    return Xxh64.hash(chunk.data(), 0, chunk.data().length);
  }

  /// Bytes that [#write] will write.
  static int size(Chunk chunk, long hash) {
    return Varints.fieldSize(aggrSize(chunk, rawSize(chunk, hash)));
  }

  /// Writes one element of the field and returns the offset behind it.
  ///
  /// @param target has room for [#size] bytes
  static int write(byte[] target, int offset, Chunk chunk, long hash) {
    int raw = rawSize(chunk, hash);
    int at = Varints.write(target, offset, CHUNKS_TAG, aggrSize(chunk, raw));
    at = Varints.write(target, at, MIN_TIME_TAG, chunk.minTime());
    at = Varints.write(target, at, MAX_TIME_TAG, chunk.maxTime());
    at = Varints.write(target, at, RAW_TAG, raw);
    if (wireNumber(chunk.encoding()) != 0) {
      at = Varints.write(target, at, TYPE_TAG, wireNumber(chunk.encoding()));
    }
    byte[] data = chunk.data();
    at = Varints.write(target, at, DATA_TAG, data.length);
    System.arraycopy(data, 0, target, at, data.length);
    return Varints.write(target, at + data.length, HASH_TAG, hash);
  }

  /// Number of the encoding in `thanos.Chunk.Encoding`.
  static int wireNumber(ChunkEncoding encoding) {
    return encoding.id() - 1;
  }

  private static int rawSize(Chunk chunk, long hash) {
    int type = wireNumber(chunk.encoding()) == 0 ? 0 : 2;
    return type + Varints.fieldSize(chunk.data().length) + 1 + Varints.size(hash);
  }

  private static int aggrSize(Chunk chunk, int rawSize) {
    return 1 + Varints.size(chunk.minTime()) + 1 + Varints.size(chunk.maxTime()) + Varints.fieldSize(rawSize);
  }
}
