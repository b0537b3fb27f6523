/// Reading the logs of a volume, of this incarnation or another, finished or still being written.
///
/// Start with [LogFiles] (names on the volume) and [LogCatalog] (what lies there). [LogReader] reads one segment and
/// never trusts a byte; [LogTail] follows a log while somebody else writes it; [WindowCoverage] and [CoveredPositions]
/// say up to where a log is in blocks.
///
/// May use `log.entry` and `log.record`; the writer uses it, and everything above the log may.
@NullMarked
package dev.marmoset.storage.log.read;

import org.jspecify.annotations.NullMarked;
