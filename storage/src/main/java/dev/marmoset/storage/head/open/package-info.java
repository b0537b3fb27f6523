/// The open chunk of every series, off-heap: where a sample goes that is newer than the latest of its series.
///
/// [SeriesLines] has the one cache line per series that an append touches, [OpenChunks] encodes into it and closes what
/// is full into a window of [dev.marmoset.storage.head.window]. This is the hot path: per sample no object is made, no
/// interface called, and nothing looked up but the line.
///
/// May use `head.window` and `head.scratch`; only the head uses it, under its lock.
@NullMarked
package dev.marmoset.storage.head.open;

import org.jspecify.annotations.NullMarked;
