/// Writes the index of a block in memory that does not grow with the number of series.
///
/// Start with [IndexWriter]: series come in label order and wait on scratch ([SeriesSpill]) until the symbols
/// ([LabelPairs]) are complete; then every section is written by walking over them ([SeriesPass], [PostingsSection]).
@NullMarked
package dev.marmoset.storage.index.write;

import org.jspecify.annotations.NullMarked;
