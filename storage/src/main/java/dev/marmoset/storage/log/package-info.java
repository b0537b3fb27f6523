/// The log of one incarnation: what makes a write durable before it is answered.
///
/// Start with [LogFormat] (every byte of a segment), then [LogWriter] (group commit, lease, poison and renewal, on one
/// thread) and [LogReader] (decodes any segment alone, never trusts a byte). Names on the volume: [LogFiles]. What lies
/// there: [LogCatalog]. Following a log while somebody else writes it: [LogTail]; ending it for them: [LogSeal].
///
/// Writing: [LogBatch] → [LogWriter] queue → [LogCommitter] step → [SegmentEncoder] → [LogSegment] → force → head →
/// answer. Reading: [LogCatalog] → [LogReader] → [RecordDecoder] → [LogVisitor].
///
/// May depend on `io`, `labels`, `chunk` and the contracts; the head and the blocks are unknown here.
@NullMarked
package dev.marmoset.storage.log;

import org.jspecify.annotations.NullMarked;
