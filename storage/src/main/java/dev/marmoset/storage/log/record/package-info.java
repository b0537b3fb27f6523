/// Every byte of a segment, both ways; files are unknown here.
///
/// Start with [LogFormat] (the format). Writing: [SegmentEncoder] over [SegmentSeries] and [RecordWriter]. Reading,
/// where no byte is trusted: [RecordScanner] finds whole records, [RecordDecoder] says what is in them to a
/// [dev.marmoset.storage.log.entry.LogVisitor], [SegmentHead] reads the first.
///
/// May use `log.entry` and `log.column`; used by `log.read` and the writer.
@NullMarked
package dev.marmoset.storage.log.record;

import org.jspecify.annotations.NullMarked;
