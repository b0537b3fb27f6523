package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import java.util.Arrays;

/// The part of the conflict rule that looks into histograms: which of two of one series and time is kept.
public final class HistogramOrder {
  private HistogramOrder() {}

  /// The canonical bytes of a sample without its time: a chunk of this one sample at time 0. Equal samples have equal
  /// bytes.
  public static Chunk canonicalBytes(HistogramSample sample) {
    HistogramSample canonical = sample.canonical();
    ChunkEncoding encoding = switch (canonical) {
      case Histogram _ -> ChunkEncoding.HISTOGRAM;
      case FloatHistogram _ -> ChunkEncoding.FLOAT_HISTOGRAM;
    };
    var appender = new HistogramAppender(encoding);
    appender.begin(ResetFlag.ofFirst(canonical.resetHint()), 0, canonical);
    return appender.chunk();
  }

  /// Orders two results of [#canonicalBytes]: the larger one is kept.
  public static int compare(Chunk a, Chunk b) {
    int order = Integer.compare(a.encoding().id(), b.encoding().id());
    return order != 0 ? order : Arrays.compareUnsigned(a.data(), b.data());
  }
}
