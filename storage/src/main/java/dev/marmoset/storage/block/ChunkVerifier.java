package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.lane.HistogramIterator;
import dev.marmoset.storage.index.read.Finding;
import dev.marmoset.storage.index.read.IndexVerifier;
import dev.marmoset.storage.index.read.SeriesEntry;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Decodes every chunk of a block and compares it with the index, the block's range and its statistics. One use, one
/// thread.
final class ChunkVerifier implements IndexVerifier.SeriesVisitor {
  private static final long PROGRESS_BYTES = 1 << 20;

  private final ChunkReader chunks;
  private final @Nullable BlockMeta meta;
  private final Consumer<Finding> findings;
  private final BlockVerifier.Progress progress;
  private final long totalBytes;
  private final XorIterator floats = new XorIterator();
  private final HistogramIterator histograms = new HistogramIterator();
  private long lastRef = -1;
  private long bytes;
  private long reported;
  private long floatSamples;
  private long histogramSamples;
  private long seriesCount;
  private long chunkCount;
  private boolean everyChunkRead = true;

  /// @param meta without it the range is not checked
  ChunkVerifier(ChunkReader chunks, @Nullable BlockMeta meta, Consumer<Finding> findings,
      BlockVerifier.Progress progress, long totalBytes) {
    this.chunks = chunks;
    this.meta = meta;
    this.findings = findings;
    this.progress = progress;
    this.totalBytes = totalBytes;
  }

  /// What the block holds.
  BlockMeta.Stats stats() {
    return new BlockMeta.Stats(floatSamples + histogramSamples, floatSamples, histogramSamples, seriesCount,
        chunkCount, 0);
  }

  /// Whether every chunk so far could be decoded to its end.
  boolean everyChunkRead() {
    return everyChunkRead;
  }

  @Override
  public void series(Labels labels, SeriesEntry entry) throws IOException {
    seriesCount++;
    bytes += entry.entryBytes();
    for (int i = 0; i < entry.chunkCount(); i++) {
      verify(labels, entry, i);
    }
    if (bytes - reported >= PROGRESS_BYTES) {
      reported = bytes;
      progress.read(Math.min(bytes, totalBytes), totalBytes);
    }
  }

  private void verify(Labels labels, SeriesEntry entry, int i) throws IOException {
    long ref = entry.chunkRef(i);
    chunkCount++;
    if (ref <= lastRef) {
      report(ref, labels, "ref " + ref + " is not above ref " + lastRef + " of the chunk before");
    }
    lastRef = ref;
    BlockMeta known = meta;
    if (known != null && (entry.minTime(i) < known.minTime() || entry.maxTime(i) >= known.maxTime())) {
      report(ref, labels,
          "chunk of " + entry.minTime(i) + " to " + entry.maxTime(i) + " ms is outside the block's range, "
              + known.minTime() + " to " + known.maxTime() + " ms exclusive");
    }
    try {
      Chunk chunk = chunks.chunk(ref, entry.minTime(i), entry.maxTime(i));
      bytes += chunk.data().length;
      verifySamples(ref, labels, chunk);
    } catch (CorruptDataException | UnsupportedFormatException e) {
      everyChunkRead = false;
      report(ref, labels, String.valueOf(e.getMessage()));
    }
  }

  private void verifySamples(long ref, Labels labels, Chunk chunk) {
    boolean isFloat = chunk.encoding() == ChunkEncoding.XOR;
    if (isFloat) {
      floats.reset(chunk.data(), 0, chunk.data().length);
    } else {
      histograms.reset(chunk.encoding(), chunk.data(), 0, chunk.data().length);
    }
    long previous = Long.MIN_VALUE;
    long first = Long.MAX_VALUE;
    int count = 0;
    boolean ordered = true;
    while (isFloat ? floats.next() : histograms.next()) {
      long t = isFloat ? floats.time() : histograms.time();
      first = count == 0 ? t : first;
      ordered &= count == 0 || t > previous;
      previous = t;
      count++;
    }
    if (isFloat) {
      floatSamples += count;
    } else {
      histogramSamples += count;
    }
    (isFloat ? floats.corruption() : histograms.corruption()).ifPresent(corruption -> {
      everyChunkRead = false;
      report(ref, labels, corruption);
    });
    if (count == 0) {
      report(ref, labels, "chunk without samples");
    } else if (first != chunk.minTime() || previous != chunk.maxTime() || !ordered) {
      report(ref, labels,
          "samples are from " + first + " to " + previous + " ms" + (ordered ? "" : ", not ascending")
              + ", the index says "
              + chunk.minTime() + " to " + chunk.maxTime());
    }
  }

  private void report(long ref, Labels labels, String text) {
    findings
        .accept(new Finding(chunks.path(ref), ref & 0xFFFF_FFFFL, "chunk of series " + labels + ": " + text));
  }
}
