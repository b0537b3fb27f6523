/// The in-memory union of all logs on the volume: series, open chunks, late samples.
///
/// Start with [Head]; it names the one lock and its order. [HeadAppender] judges a request, [Head#apply] takes a group
/// that is durable, [HeadQuerier] reads. Inside: [SeriesTable] finds a series by its label bytes, [SeriesLines] keeps
/// the one cache line per series, [OpenChunks] encodes into it, [HeadWindow] keeps what belongs to two hours: closed
/// chunks and late rows on scratch. [ExemplarRing] and [MetadataTable] keep what stands beside the samples, both bounded.
///
/// Flat memory is the rule here: per series about 64 B of state, one or more 64 B segments of its open chunk, its
/// labels as symbol numbers, a table entry and postings; nothing per closed chunk.
///
/// May depend on `labels`, `io`, `chunk`, the contracts, `index` and `log`; must not know `block`.
@NullMarked
package dev.marmoset.storage.head;

import org.jspecify.annotations.NullMarked;
