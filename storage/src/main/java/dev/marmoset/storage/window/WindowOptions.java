package dev.marmoset.storage.window;

import dev.marmoset.storage.labels.Labels;
import java.time.Duration;

/// How windows are kept.
///
/// @param labels            external labels, without the replica label
/// @param acceptanceWindow  W: how old a sample may be
/// @param cutDelay          from a window's end until its memory becomes a block
/// @param lateSamples       what becomes of late ones
/// @param retention         how long blocks stay on the volume; zero = for ever
/// @param maxBytes          of all blocks; the oldest go first; 0 = no limit
/// @param bucket            whether blocks must be in a bucket before they may leave the volume
public record WindowOptions(Labels labels, Duration acceptanceWindow, Duration cutDelay,
    LateSamples lateSamples, Duration retention, long maxBytes, boolean bucket) {
  /// From the end of the acceptance window to the final block, and from a window's end to its first block with
  /// [LateSamples#PATCH].
  static final Duration CLOSING_DELAY = Duration.ofMinutes(2);
  /// Most samples that are on their way at the end of a window arrive within it.
  public static final Duration CUT_DELAY = Duration.ofMinutes(5);
  /// Below this W a window is not cut before it closes.
  static final Duration SHORTEST_CUT_WINDOW = Duration.ofMinutes(30);
  /// A day of lateness makes at most so many parts.
  private static final int LATE_PARTS = 12;
  private static final Duration SHORTEST_LATE_AGE = Duration.ofHours(2);

  /// The usual delays; blocks stay for ever.
  public static WindowOptions standard(Labels labels, Duration acceptanceWindow) {
    return new WindowOptions(labels, acceptanceWindow, CUT_DELAY, LateSamples.WAIT, Duration.ZERO, 0, false);
  }

  /// The same with limits to what stays on the volume.
  public WindowOptions withRetention(Duration newRetention, long newMaxBytes) {
    return new WindowOptions(labels, acceptanceWindow, cutDelay, lateSamples, newRetention, newMaxBytes,
        bucket);
  }

  /// The same with a bucket.
  ///
  /// @param retainsUnuploaded whether a block that is not in the bucket may not leave the volume
  public WindowOptions withBucket(LateSamples newLateSamples, boolean retainsUnuploaded) {
    return new WindowOptions(labels, acceptanceWindow, cutDelay, newLateSamples, retention, maxBytes,
        retainsUnuploaded);
  }

  /// How old late samples become before they are cut.
  Duration lateAge() {
    Duration share = acceptanceWindow.dividedBy(LATE_PARTS);
    return share.compareTo(SHORTEST_LATE_AGE) > 0 ? share : SHORTEST_LATE_AGE;
  }
}
