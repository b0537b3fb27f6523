package dev.marmoset.storage.block;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A selected series of a block: labels and where its chunks lie. Immutable.
final class BlockSeries implements ChunkSeries {
  private final ChunkReader reader;
  private final TimeRange range;
  private final Labels labels;
  /// First time, last time and ref of each chunk to be read.
  private final long[] chunks;
  private final List<TimeRange> deleted;

  BlockSeries(ChunkReader reader, TimeRange range, Labels labels, long[] chunks, List<TimeRange> deleted) {
    this.reader = reader;
    this.range = range;
    this.labels = labels;
    this.chunks = chunks;
    this.deleted = deleted;
  }

  @Override
  public Labels labels() {
    return labels;
  }

  @Override
  public List<Chunk> chunks() throws IOException {
    var read = new ArrayList<Chunk>(chunks.length / 3);
    for (int i = 0; i < chunks.length; i += 3) {
      read.add(reader.chunk(chunks[i + 2], chunks[i], chunks[i + 1]));
    }
    return deleted.isEmpty() ? read : trimmed(read);
  }

  private List<Chunk> trimmed(List<Chunk> read) throws IOException {
    var trim = new ChunkTrim(deleted, reader.path(chunks[2]));
    for (int i = 0; i < read.size(); i++) {
      trim.add(read.get(i), chunks[3 * i + 2]);
    }
    return trim.finish().stream().filter(chunk -> range.overlaps(chunk.minTime(), chunk.maxTime())).toList();
  }
}
