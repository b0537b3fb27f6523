/// The in-memory union of all logs on the volume: series, open chunks, late samples.
///
/// Start with [Head]; it names the one lock and its order. [HeadAppender] judges a request, [Head#apply] takes a group
/// that is durable, [HeadReplay] what a log held before, [HeadQuerier] reads, [FrozenWindow] is what goes into a block,
/// [EndedSeries] removes who has gone. What they work on lies in packages of one idea each, which take no lock
/// themselves:
///
/// ```
///   series   who they are: ids, labels, look-up by hash
///   open     one cache line per series and the chunk that is being encoded into it
///     └► window   what belongs to two hours: closed chunks and late rows on scratch
///           └► late   late rows and histograms, sorted runs, the merge with chunks
///   beside   exemplars and metadata, both bounded
///   scratch  what open, window and late agree on about scratch
/// ```
/// Nobody outside the head uses these.
///
/// Flat memory is the rule here: per series about 64 B of state, one or more 64 B segments of its open chunk, its
/// labels as symbol numbers, a table entry and postings; nothing per closed chunk.
///
/// May depend on `labels`, `io`, `chunk`, the contracts, `index` and `log`; must not know `block`.
@NullMarked
package dev.marmoset.storage.head;

import org.jspecify.annotations.NullMarked;
