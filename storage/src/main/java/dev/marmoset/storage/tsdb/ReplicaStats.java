package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.read.LogTail;
import dev.marmoset.storage.log.read.LogView;
import dev.marmoset.storage.replica.Follower;
import dev.marmoset.storage.replica.LogRetention;

/// The logs of the volume at one moment, as this process sees them, and what it has done about them.
///
/// @param leaseNanos      for how long it may answer if no commit comes through, ns
/// @param followed        logs of others that grow
/// @param unsealed        logs of others that have not ended and do not grow
/// @param lagNanos        since the look at a log that grows that is longest ago, ns
/// @param lagBytes        of logs of others that were seen and could not be taken in yet
/// @param sealed          logs of ended processes that this one has sealed
/// @param deletedSegments segments that this one has deleted, because blocks hold what is in them
/// @param deletedBytes    bytes of these
public record ReplicaStats(long leaseNanos, long followed, long unsealed, long lagNanos, long lagBytes,
    long sealed, long deletedSegments, long deletedBytes) {
  static ReplicaStats of(LogWriter own, Follower follower, LogRetention retention) {
    long followed = follower.view().stream().filter(LogView::live).count();
    long unsealed = follower.view().stream()
        .filter(log -> !log.isFinished() && !(log.live() && log.status() == LogTail.Status.OPEN)).count();
    return new ReplicaStats(own.leaseNanos(), followed, unsealed, follower.lagNanos(), follower.unreadBytes(),
        follower.sealed(), retention.deleted(), retention.deletedBytes());
  }
}
