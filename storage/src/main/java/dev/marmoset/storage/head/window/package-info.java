/// What the head holds of each two hours, and what becomes of it: growing, frozen, hidden, dropped.
///
/// Start with [HeadWindows], which knows them all and draws their ways; a [HeadWindow] has closed chunks, each behind a
/// [ClosedChunkHeader], and late rows, both in one scratch file. A [HeadView] says which windows a reader sees.
///
/// May use `head.late` and `head.scratch`; open chunks are closed into it, and the head freezes and reads it.
@NullMarked
package dev.marmoset.storage.head.window;

import org.jspecify.annotations.NullMarked;
