package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A cursor over the samples of chunks that follow each other within one window. Not thread-safe.
///
/// A chunk does not tell a counter reset that its sender announced from one that was found by comparing. Encoding anew
/// finds the latter again but not the former, so the cursor compares and gives only announced ones their hint back.
final class LaneSamples {
  private final List<Chunk> chunks;
  private final XorIterator floats = new XorIterator();
  private final HistogramIterator histograms = new HistogramIterator();
  private int next;
  private @Nullable Chunk chunk;
  private boolean atFirst;
  private ResetFlag previousFlag = ResetFlag.UNKNOWN;
  /// Histogram before the current sample, if that was one of the same encoding.
  private @Nullable HistogramSample previous;
  private @Nullable HistogramSample histogram;

  /// @param chunks ascending and disjoint
  LaneSamples(List<Chunk> chunks) {
    this.chunks = chunks;
  }

  /// Moves to the next sample; false at the end.
  ///
  /// @throws IOException if a chunk is damaged
  boolean next() throws IOException {
    while (true) {
      Chunk current = chunk;
      if (current != null && advance(current)) {
        return true;
      }
      if (next == chunks.size()) {
        chunk = null;
        return false;
      }
      open(chunks.get(next++));
    }
  }

  /// Time of the current sample, ms.
  long time() {
    return isFloat() ? floats.time() : histograms.time();
  }

  boolean isFloat() {
    return histogram == null;
  }

  /// Raw bits of the current sample, which is a float.
  long valueBits() {
    return floats.valueBits();
  }

  /// The current sample; null when it is a float.
  @Nullable
  HistogramSample histogram() {
    return histogram;
  }

  /// Rank of the current sample in the order of [ConflictRule].
  int rank() {
    HistogramSample sample = histogram;
    if (sample == null) {
      return ConflictRule.rank(floats.valueBits());
    }
    return sample.isStale() ? ConflictRule.STALE_HISTOGRAM : ConflictRule.HISTOGRAM;
  }

  /// Hands the current sample to an encoder.
  void feed(WindowEncoder encoder) {
    HistogramSample sample = histogram;
    if (sample == null) {
      encoder.add(floats.time(), floats.valueBits());
    } else {
      encoder.add(histograms.time(), sample);
    }
  }

  private void open(Chunk opened) {
    Chunk before = chunk;
    previous = before != null && before.encoding() == opened.encoding() ? histogram : null;
    previousFlag = histograms.flag();
    chunk = opened;
    atFirst = true;
    if (opened.encoding() == ChunkEncoding.XOR) {
      floats.reset(opened.data(), 0, opened.data().length);
    } else {
      histograms.reset(opened.encoding(), opened.data(), 0, opened.data().length);
    }
  }

  private boolean advance(Chunk current) throws IOException {
    boolean isFloat = current.encoding() == ChunkEncoding.XOR;
    if (isFloat ? floats.next() : histograms.next()) {
      histogram = isFloat ? null : withHint(histograms.histogram());
      atFirst = false;
      return true;
    }
    var corruption = isFloat ? floats.corruption() : histograms.corruption();
    if (corruption.isPresent()) {
      throw new IOException("merging " + current + ": " + corruption.get());
    }
    return false;
  }

  private HistogramSample withHint(HistogramSample sample) {
    if (!atFirst || histograms.flag() != ResetFlag.RESET) {
      return sample;
    }
    boolean found = previous != null
        && AppendRule.flagOfSuccessor(previousFlag, previous, sample) == ResetFlag.RESET;
    return found ? sample : announced(sample);
  }

  private static HistogramSample announced(HistogramSample sample) {
    return switch (sample) {
      case Histogram _ -> new Histogram(ResetHint.RESET, sample.layout(), sample.count(), sample.zeroCount(),
          sample.sumBits(), sample.buckets());
      case FloatHistogram _ -> new FloatHistogram(ResetHint.RESET, sample.layout(), sample.count(),
          sample.zeroCount(), sample.sumBits(), sample.buckets());
    };
  }
}
