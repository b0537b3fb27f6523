/// The late samples of a window: those not newer than the latest of their series, and all histograms.
///
/// Start with [LateRows]: unsorted rows in memory, sorted by [LateSort], written as a [LateRun] by [LateRunWriter] and
/// read by [LateRunCursor]. A [LateRow] that is a histogram points into [HistogramScratch]. [LaneMerge] brings the rows
/// of a series together with its chunks.
///
/// May use `head.scratch`; the window that owns the rows uses it, and the head.
@NullMarked
package dev.marmoset.storage.head.late;

import org.jspecify.annotations.NullMarked;
