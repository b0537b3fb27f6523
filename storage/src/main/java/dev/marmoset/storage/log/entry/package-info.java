/// What a log says, whatever its bytes: the words that writer, reader and head have in common.
///
/// Start with [LogBatch] (what goes in) and [LogVisitor] (what comes out again); between them [LogPosition], [LogState]
/// and [LogNote]. Uses nothing of the log; everything of it may use this package, and so may all that lies above the
/// log.
@NullMarked
package dev.marmoset.storage.log.entry;

import org.jspecify.annotations.NullMarked;
