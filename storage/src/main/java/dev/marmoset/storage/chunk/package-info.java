/// Chunks: encoded runs of samples of one series, byte for byte as Prometheus stores them.
///
/// Start with [Chunk] (the bytes and their time range), [XorAppender] and [XorIterator] (float samples), and [ChunkCut]
/// (which samples share a chunk). [XorCodec] is the bit arithmetic of the float encoding without any state, for code
/// that keeps the state elsewhere. Histogram values live in `chunk.histogram`, their codecs and the encoder of whole
/// windows in `chunk.lane`.
///
/// Format: `tsdb/chunkenc` and `tsdb/docs/format/chunks.md` of Prometheus 3.14, encodings 1 to 3 only. Sample values
/// travel as the raw `long` bits of the float64 and never through arithmetic, so every NaN payload, the staleness
/// marker included, survives.
///
/// This package depends on the JDK alone.
@NullMarked
package dev.marmoset.storage.chunk;

import org.jspecify.annotations.NullMarked;
