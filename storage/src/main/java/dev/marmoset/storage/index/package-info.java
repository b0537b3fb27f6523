/// Which series carry which labels: interned symbols and postings.
///
/// Start with [MemPostings], the index of the head; [dev.marmoset.storage.index.write] and
/// [dev.marmoset.storage.index.read] are about the index file of a block, whose format is in [IndexFormat].
/// RoaringBitmap is used in these packages and in the head only. May depend on `labels`, `chunk`, `io` and the contracts.
@NullMarked
package dev.marmoset.storage.index;

import org.jspecify.annotations.NullMarked;
