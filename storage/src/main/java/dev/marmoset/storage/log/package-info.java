/// The log of one incarnation: what makes a write durable before it is answered.
///
/// Start with [LogWriter] (group commit, lease, poison and renewal, on one thread):
/// [dev.marmoset.storage.log.entry.LogBatch] → [LogQueue] → [LogCommitter] step →
/// [dev.marmoset.storage.log.record.SegmentEncoder] → [LogSegment] → force → head → answer. Ending the log of somebody
/// else: [LogSeal].
///
/// What a log says stands in [dev.marmoset.storage.log.entry], every byte of it in [dev.marmoset.storage.log.record],
/// who reads it in [dev.marmoset.storage.log.read]; this package is on top of them. May depend on `io`, `labels`,
/// `chunk` and the contracts; the head and the blocks are unknown here.
@NullMarked
package dev.marmoset.storage.log;

import org.jspecify.annotations.NullMarked;
