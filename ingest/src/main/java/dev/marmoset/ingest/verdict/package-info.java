/// A verdict on every sample of a batch, and what is said of those that are refused.
///
/// Start with [Ingester]: it asks [LabelValidator] and [SeriesGate], appends to the storage and counts in [WriteStats].
/// What becomes of the request is a [WriteOutcome], in words [RefusalText].
///
/// May use [dev.marmoset.ingest.decode], [dev.marmoset.ingest.wire], [dev.marmoset.ingest.account] and the contracts of
/// storage; status codes are unknown here.
@NullMarked
package dev.marmoset.ingest.verdict;

import org.jspecify.annotations.NullMarked;
