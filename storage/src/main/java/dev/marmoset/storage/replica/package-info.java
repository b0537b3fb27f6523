/// What the replicas of one service have in common: the volume.
///
/// Start with [Volume]: it checks at the start that the volume can do what the store's promises need, and gives it an
/// identity. May depend on `io`, `log` and everything below.
@NullMarked
package dev.marmoset.storage.replica;

import org.jspecify.annotations.NullMarked;
