/// What meta.json says about a block, and how it is spelled.
///
/// Start with [BlockMeta]. May depend on `labels`, `io` and `json`.
@NullMarked
package dev.marmoset.storage.block.meta;

import org.jspecify.annotations.NullMarked;
