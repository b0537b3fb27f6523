/// From the bytes of a message to the columns of a [WriteBatch], within [IngestLimits].
///
/// Start with [WriteBatch]. [QuickV1Decoder] and [QuickV2Decoder] conjecture the series they know; where that fails,
/// and for all that is new, [WriteV1Decoder] and [WriteV2Decoder] read the message in full. What is wrong with a sample
/// or series already here is a [RejectReason], the vocabulary of every refusal.
///
/// May use [dev.marmoset.ingest.wire], [dev.marmoset.ingest.body] and the contracts of storage; nothing is stored here.
@NullMarked
package dev.marmoset.ingest.decode;

import org.jspecify.annotations.NullMarked;
