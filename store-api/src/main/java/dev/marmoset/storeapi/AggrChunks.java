package dev.marmoset.storeapi;

import com.google.protobuf.UnsafeByteOperations;
import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;

/// Turns stored chunks into wire chunks. The only place that knows that an encoding's number on the wire is the one on
/// disk minus one.
final class AggrChunks {
  private AggrChunks() {}

  /// The wire form, sharing the chunk's data. The hash is what the querier compares to recognise equal chunks of
  /// replicas, the only identity a chunk has there.
  static AggrChunk of(Chunk chunk) {
    byte[] data = chunk.data();
    return AggrChunk.newBuilder()
        .setMinTime(chunk.minTime())
        .setMaxTime(chunk.maxTime())
        .setRaw(dev.marmoset.proto.thanos.Chunk.newBuilder()
            .setTypeValue(wireNumber(chunk.encoding()))
            .setData(UnsafeByteOperations.unsafeWrap(data))
            .setHash(Xxh64.hash(data, 0, data.length)))
        .build();
  }

  /// Number of the encoding in `thanos.Chunk.Encoding`.
  static int wireNumber(ChunkEncoding encoding) {
    return encoding.id() - 1;
  }
}
