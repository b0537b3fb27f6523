/// What lies in a bucket of blocks: which keys mean what, which blocks are there, and which of them are duplicates.
///
/// Start with [BucketKeys] (names), [BucketBlocks] (what is there, as Thanos sees it) and [Duplicates] (the rule by which
/// Thanos and Marmoset agree on which of two equal blocks stays). Marmoset's own records are [BucketRecord]s.
///
/// May depend on `objstore`, `window.register`, the meta.json of `block`, `io`, `json` and `labels`.
@NullMarked
package dev.marmoset.storage.upload.bucket;

import org.jspecify.annotations.NullMarked;
