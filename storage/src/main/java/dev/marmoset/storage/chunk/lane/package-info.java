/// The lane of a series: its samples of one window after the other as one sequence of chunks that do not overlap.
///
/// Start with [WindowEncoder], which cuts samples of all kinds into chunks by the rule of
/// [dev.marmoset.storage.chunk.ChunkCut]. [HistogramAppender] and [HistogramIterator] are the codecs of histogram
/// chunks, [AppendRule] says when a histogram needs a new one.
///
/// Format: `tsdb/chunkenc/histogram*.go` and `float_histogram.go` of Prometheus 3.14. May depend on `chunk` and
/// `chunk.histogram`.
@NullMarked
package dev.marmoset.storage.chunk.lane;

import org.jspecify.annotations.NullMarked;
