/// Samples as bytes within a record, both ways: the bodies of the sections FLOATS and HISTOGRAMS.
///
/// Start with [FloatEncoder] and [FloatDecoder], which keep the same state per series, over [Decimals]; histograms are
/// [HistogramCodec]. What stands around them: [dev.marmoset.storage.log.record.LogFormat], the only package that uses
/// this one. May use the words of [dev.marmoset.storage.log.entry].
@NullMarked
package dev.marmoset.storage.log.column;

import org.jspecify.annotations.NullMarked;
