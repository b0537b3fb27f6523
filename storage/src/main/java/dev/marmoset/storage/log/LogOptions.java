package dev.marmoset.storage.log;

import dev.marmoset.storage.io.Ulid;
import java.nio.file.Path;
import java.time.Duration;

/// How one incarnation writes its log.
///
/// @param data           data directory; the log lies in `logs/<incarnation>` below it
/// @param incarnation    this process start
/// @param version        version of the program, for the curious
/// @param window         acceptance window W
/// @param commitInterval shortest time between two commits: 1 s on network file systems, 20 ms else
/// @param groupBytes     a commit is due before its interval once about so many bytes wait
/// @param queueSamples   samples that may wait; more are refused
/// @param lease          how long after the beginning of a successful commit another may succeed, 15 s
/// @param maxWait        how long a batch waits before it is refused, 10 s
/// @param roll           when a segment is cut
public record LogOptions(Path data, Ulid incarnation, String version, Duration window,
    Duration commitInterval,
    long groupBytes, int queueSamples, Duration lease, Duration maxWait, LogRoll roll) {
  private static final long GROUP_BYTES = 128 << 10;
  /// 2 M samples: the 10 s a batch may wait at 200,000 samples/s; about 40 MB.
  private static final int QUEUE_SAMPLES = 2_000_000;
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /// The constants of the design, for a commit interval and windows cut `cutDelay` after their end.
  public static LogOptions standard(Path data, Ulid incarnation, String version, Duration window,
      Duration commitInterval, Duration cutDelay) {
    return new LogOptions(data, incarnation, version, window, commitInterval, GROUP_BYTES, QUEUE_SAMPLES,
        LEASE, MAX_WAIT,
        LogRoll.standard(cutDelay));
  }
}
