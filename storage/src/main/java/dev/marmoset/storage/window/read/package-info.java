/// Blocks and head read as one store.
///
/// Start with [StoreView]: it knows which blocks are served, opens queriers over them and the head ([UnionQuerier]), and
/// says when what has been replaced is read by nobody any more. May depend on `head` and `block`.
@NullMarked
package dev.marmoset.storage.window.read;

import org.jspecify.annotations.NullMarked;
