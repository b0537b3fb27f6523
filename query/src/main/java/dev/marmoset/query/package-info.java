/// Selecting series over storage: admission, limits, order, the live tail.
///
/// Start with [SeriesSelector]: it admits a [Select] through the [QueryGate], holds the selected series in the
/// order in which they will be sent ([OrderedSeriesSet]) and reads chunks one series at a time. [LabelQueries]
/// answers questions about label names and values. [LiveTail] cuts chunks near now so that replicas agree.
///
/// May depend on the contracts of storage only (`.storage`, `.storage.labels`, `.storage.chunk`). Knows no wire
/// type: external labels, replica labels and shards arrive as functions over labels.
@NullMarked
package dev.marmoset.query;

import org.jspecify.annotations.NullMarked;
