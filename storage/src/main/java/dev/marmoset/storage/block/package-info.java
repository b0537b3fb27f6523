/// Blocks: immutable directories of two hours of series that Prometheus and every Thanos component read.
///
/// Start with [BlockWriter] and [Block]. A block is written once, from series in label order, and becomes visible by a
/// rename; it is read by positional reads of untrusted bytes. [BlockCatalog] tells which blocks a directory holds.
///
/// May depend on `index`, `io`, `json`, the contracts and what they depend on; knows nothing of the head, the log and
/// windows.
@NullMarked
package dev.marmoset.storage.block;

import org.jspecify.annotations.NullMarked;
