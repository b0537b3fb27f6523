/// Which series carry which labels: interned symbols and postings.
///
/// Start with [MemPostings], the index of the head. Ids here are head series ids; RoaringBitmap is used in this package
/// only. May depend on `labels`, `chunk`, `io` and the contracts.
@NullMarked
package dev.marmoset.storage.index;

import org.jspecify.annotations.NullMarked;
