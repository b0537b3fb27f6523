package dev.marmoset.storage.replica;

import dev.marmoset.storage.log.read.LogTail.Sight;

/// Judges by the own monotonic clock whether somebody else's log is alive. Times in ns.
///
/// A log is silent since the *end* of the first look that showed what every look since has shown, until the *beginning*
/// of the last one: what lies in between is certainly silence. The looks are fresh opens at most [#LONGEST_GAP] apart,
/// each answered within [#LONGEST_LOOK]; otherwise the count begins anew, because a stalled reader proves nothing about
/// the writer.
final class LogWatch {
  /// How long a log proves life: the lease of its owner.
  static final long LEASE = 15_000_000_000L;
  /// After such a silence the owner cannot acknowledge anything any more in the segment seen: three leases.
  static final long SILENCE = 45_000_000_000L;
  private static final long LONGEST_GAP = 10_000_000_000L;
  private static final long LONGEST_LOOK = 5_000_000_000L;

  private Sight sight = Sight.NONE;
  private boolean counting;
  private boolean hasGrown;
  private long silentFrom;
  private long silentTo;
  private long grewAt;
  private long lookedAt;
  private boolean looked;

  /// A look was answered.
  void looked(long began, long ended, Sight seen) {
    boolean changed = !seen.equals(sight);
    if (changed && !sight.equals(Sight.NONE)) {
      hasGrown = true;
      grewAt = began;
    }
    if (!counting || changed || ended - began >= LONGEST_LOOK || began - silentTo > LONGEST_GAP) {
      silentFrom = ended;
    }
    counting = true;
    silentTo = began;
    sight = seen;
    lookedAt = began;
    looked = true;
  }

  /// A look was not answered.
  void failed() {
    counting = false;
  }

  /// For how long the log is certainly silent, ns; negative or 0 when that is not known.
  long silence() {
    return counting ? silentTo - silentFrom : 0;
  }

  /// Whether the log has been seen to grow within the lease before `now`.
  boolean isLive(long now) {
    return hasGrown && now - grewAt <= LEASE;
  }

  /// Whether a look was ever answered.
  boolean hasLooked() {
    return looked;
  }

  /// When the last answered look began.
  long lookedAt() {
    return lookedAt;
  }
}
