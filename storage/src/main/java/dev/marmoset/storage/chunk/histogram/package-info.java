/// Native histograms as values: what a sample of one consists of, when it is valid, and how its buckets are spread over
/// a layout.
///
/// Start with [HistogramSample] and its two kinds, then [HistogramValidator]. The model is that of Prometheus
/// (`model/histogram` of 3.14): sparse buckets, located by [Spans]. Floats travel as raw `long` bits; they are decoded
/// to be compared, and added only when the resolution is reduced.
///
/// Everything here is immutable; arrays handed to a constructor belong to the object from then on. This package depends
/// on the JDK alone; the encodings are in `chunk.lane`.
@NullMarked
package dev.marmoset.storage.chunk.histogram;

import org.jspecify.annotations.NullMarked;
