/// The registers: what the replicas of one volume have agreed on about each window, in numbered records that are created
/// exclusively and never change.
///
/// Start with [RegisterRecord] (what can be said), [WindowState] (the fold over it: who may do what next) and
/// [RegisterFormat] (the bytes). [Registers] reads, [RegisterWriter] appends. [BucketIdentity] derives the names that a
/// window has in the bucket.
///
/// May depend on `io`, `json`, `labels`, `chunk` and `log`; it knows neither the head nor what is in a block.
@NullMarked
package dev.marmoset.storage.window.register;

import org.jspecify.annotations.NullMarked;
