package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorAppender;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns the samples of a series, fed in time order, into chunks by the rule of [ChunkCut].
///
/// The chunks are a function of the samples alone: histograms are brought into canonical form first
/// ([HistogramSample#canonical()]), so it does not matter whether one comes from a sender or out of a chunk that has
/// widened it. Samples of several windows may be fed; each window begins anew and does not look at the one before.
/// Reusable; one thread at a time.
public final class WindowEncoder {
  private final XorAppender floats = new XorAppender();
  private final HistogramAppender histograms = new HistogramAppender(ChunkEncoding.HISTOGRAM);
  private final HistogramAppender floatHistograms = new HistogramAppender(ChunkEncoding.FLOAT_HISTOGRAM);
  private final List<Chunk> chunks = new ArrayList<>();
  /// Encoding of the open chunk; null when there is none.
  private @Nullable ChunkEncoding open;
  private int openCount;
  /// Start of the window of the last sample.
  private long window;
  private long lastTime;
  private boolean fed;

  /// An encoder without samples.
  public WindowEncoder() {}

  /// Adds a float sample.
  ///
  /// @param t time, ms, after that of the sample before
  /// @param valueBits raw bits of the float64
  /// @throws IllegalArgumentException if the time is not after the last one
  public void add(long t, long valueBits) {
    advance(t);
    if (open != ChunkEncoding.XOR || openCount == ChunkCut.MAX_SAMPLES) {
      close();
      open(ChunkEncoding.XOR);
    }
    floats.append(t, valueBits);
    openCount++;
  }

  /// Adds a histogram sample.
  ///
  /// @param t time, ms, after that of the sample before
  /// @param sample a valid one
  /// @throws IllegalArgumentException if the time is not after the last one
  public void add(long t, HistogramSample sample) {
    advance(t);
    var next = sample.canonical();
    switch (next) {
      case Histogram _ -> add(t, next, histograms, ChunkEncoding.HISTOGRAM);
      case FloatHistogram _ -> add(t, next, floatHistograms, ChunkEncoding.FLOAT_HISTOGRAM);
    }
  }

  private void add(long t, HistogramSample next, HistogramAppender appender, ChunkEncoding encoding) {
    if (open != encoding) {
      begin(t, next, appender, encoding, ResetFlag.ofFirst(next.resetHint()));
    } else if (openCount == ChunkCut.MAX_SAMPLES) {
      begin(t, next, appender, encoding, appender.flagOfSuccessor(next));
    } else if (appender.append(t, next) instanceof AppendOutcome.NewChunk(var flag)) {
      begin(t, next, appender, encoding, flag);
    } else {
      openCount++;
    }
  }

  private void begin(long t, HistogramSample first, HistogramAppender appender, ChunkEncoding encoding,
      ResetFlag flag) {
    close();
    open(encoding);
    appender.begin(flag, t, first);
    openCount = 1;
  }

  private void advance(long t) {
    if (fed && t <= lastTime) {
      throw new IllegalArgumentException(
          "encoding a lane: the sample at " + t + " ms is not after the one at " + lastTime + " ms");
    }
    // Unsigned, because the distance of two times may exceed 63 bits.
    if (!fed || Long.compareUnsigned(t - window, ChunkCut.WINDOW_MS) >= 0) {
      close();
      window = ChunkCut.windowStart(t);
    }
    fed = true;
    lastTime = t;
  }

  private void open(ChunkEncoding encoding) {
    open = encoding;
    openCount = 0;
  }

  private void close() {
    if (open == null) {
      return;
    }
    switch (open) {
      case XOR -> {
        chunks.add(floats.chunk());
        floats.reset();
      }
      case HISTOGRAM -> chunks.add(histograms.chunk());
      case FLOAT_HISTOGRAM -> chunks.add(floatHistograms.chunk());
    }
    open = null;
  }

  /// All chunks since the last call, ascending and disjoint; the last one may have room left. The encoder is empty
  /// afterwards.
  public List<Chunk> finish() {
    close();
    var finished = List.copyOf(chunks);
    chunks.clear();
    fed = false;
    return finished;
  }
}
