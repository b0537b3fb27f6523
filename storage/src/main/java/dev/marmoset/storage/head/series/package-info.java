/// Who the series of the head are: their ids, their labels, and finding an id by the hash of its labels.
///
/// [SeriesIds] hands out the numbers by which everything else in the head knows a series. [SeriesTable] finds one by
/// 128 bits of its labels, [SpellingTable] by how a sender writes them; [SeriesLabelStore] keeps the labels as symbol
/// numbers and [LabelOrder] sorts by them. What a series has sent stands elsewhere: in [dev.marmoset.storage.head.open].
///
/// May use `labels` and `index`, none of its siblings; only the head uses it, under its lock.
@NullMarked
package dev.marmoset.storage.head.series;

import org.jspecify.annotations.NullMarked;
