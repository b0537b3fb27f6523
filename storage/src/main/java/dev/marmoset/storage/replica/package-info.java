/// What the replicas of one service have in common: the volume, and each other's logs on it.
///
/// Start with [Volume]: it checks at the start that the volume can do what the store's promises need, and gives it an
/// identity. [Follower] reads what the other replicas write, through an [Intake] into the head, and ends the logs of those
/// that are gone ([Sealer], by the evidence of [LogWatch]). May depend on `io`, `log`, `head` and everything below.
@NullMarked
package dev.marmoset.storage.replica;

import org.jspecify.annotations.NullMarked;
