package dev.marmoset.query;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorAppender;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Where one request cuts its chunks: whole up to the border, sample by sample behind it, nothing behind the end.
/// One thread at a time.
final class TailCut {
  private final TimeRange range;
  private final long border;
  private final XorIterator samples = new XorIterator();
  private final XorAppender settled = new XorAppender();
  private final XorAppender single = new XorAppender();

  private TailCut(TimeRange range, long border) {
    this.range = range;
    this.border = border;
  }

  /// Leaves all chunks whole.
  static TailCut none(TimeRange range) {
    return new TailCut(range, Long.MAX_VALUE);
  }

  /// Cuts behind `border`; nothing behind `end` is sent. All in ms, inclusive.
  static TailCut before(long mint, long end, long border) {
    return new TailCut(new TimeRange(mint, end), border);
  }

  /// The range to select in storage: what was asked for, not beyond the end.
  TimeRange range() {
    return range;
  }

  /// Cuts the chunks of one stored series.
  ///
  /// @param chunks ascending and disjoint; returned as they are when none reaches beyond the border
  /// @throws IOException if a chunk that has to be cut cannot be decoded
  List<Chunk> apply(List<Chunk> chunks) throws IOException {
    int whole = chunks.size();
    while (whole > 0 && chunks.get(whole - 1).maxTime() > border) {
      whole--;
    }
    if (whole == chunks.size()) {
      return chunks;
    }
    var cut = new ArrayList<Chunk>(chunks.subList(0, whole));
    for (Chunk chunk : chunks.subList(whole, chunks.size())) {
      if (chunk.minTime() <= range.maxt()) {
        cut(chunk, cut);
      }
    }
    return cut;
  }

  private void cut(Chunk chunk, List<Chunk> into) throws IOException {
    if (chunk.encoding() != ChunkEncoding.XOR) {
      // A histogram chunk stays whole: it is not re-encoded here, and a lagging replica costs a second row only.
      into.add(chunk);
      return;
    }
    settled.reset();
    samples.reset(chunk.data(), 0, chunk.data().length);
    boolean more = samples.next();
    while (more && samples.time() <= border) {
      settled.append(samples.time(), samples.valueBits());
      more = samples.next();
    }
    if (settled.count() > 0) {
      into.add(settled.chunk());
    }
    while (more && samples.time() <= range.maxt()) {
      single.reset();
      single.append(samples.time(), samples.valueBits());
      into.add(single.chunk());
      more = samples.next();
    }
    if (samples.corruption().isPresent()) {
      throw new IOException("cutting " + chunk + " at " + border + " ms: " + samples.corruption().get());
    }
  }
}
