package dev.marmoset.storage.block;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.lane.HistogramIterator;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.labels.TimeRange;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Takes deleted samples out of chunks by encoding the rest anew. One use, one thread.
final class ChunkTrim {
  private final WindowEncoder encoder = new WindowEncoder();
  private final List<TimeRange> deleted;
  private final Path file;

  /// @param file where the chunks come from, for errors
  ChunkTrim(List<TimeRange> deleted, Path file) {
    this.deleted = deleted;
    this.file = file;
  }

  /// Adds what is left of a chunk.
  ///
  /// @param ref of the chunk, for errors
  void add(Chunk chunk, long ref) throws CorruptDataException {
    Optional<String> corruption =
        chunk.encoding() == ChunkEncoding.XOR ? addFloats(chunk) : addHistograms(chunk);
    if (corruption.isPresent()) {
      throw new CorruptDataException(file, ref & 0xFFFF_FFFFL, "samples of the chunk",
          "samples that can be decoded", corruption.get());
    }
  }

  private Optional<String> addFloats(Chunk chunk) {
    var samples = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
    while (samples.next()) {
      if (!Tombstones.contains(deleted, samples.time())) {
        encoder.add(samples.time(), samples.valueBits());
      }
    }
    return samples.corruption();
  }

  private Optional<String> addHistograms(Chunk chunk) {
    var samples = new HistogramIterator().reset(chunk.encoding(), chunk.data(), 0, chunk.data().length);
    while (samples.next()) {
      if (!Tombstones.contains(deleted, samples.time())) {
        encoder.add(samples.time(), samples.histogram());
      }
    }
    return samples.corruption();
  }

  /// The chunks of what is left.
  List<Chunk> finish() {
    return encoder.finish();
  }
}
