package dev.marmoset.storage.log;

import dev.marmoset.storage.log.record.LogFormat;
import java.time.Duration;

/// When a segment is cut.
///
/// At each multiple of `every` of the clock and at each window's end plus `cutDelay`, if definitions are at most 1/8 of
/// the segment; after `longest` in any case. From `softBytes` on under the same 1/8 rule, from `hardBytes` on in any
/// case. A segment that decodes alone repeats definitions: 1/8 bounds what that costs.
///
/// @param every     30 min: spreads a re-definition over 120 samples at a 15 s scrape
/// @param cutDelay  how long after its end a window is cut, ≥ 0
/// @param longest   2 h
/// @param softBytes 64 MiB
/// @param hardBytes 512 MiB
public record LogRoll(Duration every, Duration cutDelay, Duration longest, long softBytes, long hardBytes) {
  private static final int DEFINITIONS_AT_MOST_ONE_OF = 8;

  /// The rules of the design for a window that is cut `cutDelay` after its end.
  public static LogRoll standard(Duration cutDelay) {
    return new LogRoll(Duration.ofMinutes(30), cutDelay, Duration.ofHours(2), 64L << 20, 512L << 20);
  }

  /// Whether a segment is to be cut now.
  ///
  /// @param opened      acceptance clock when the segment was opened, ms
  /// @param before      acceptance clock at the previous question, ms
  /// @param now         acceptance clock now, ms
  /// @param bytes       length of the segment
  /// @param definitions bytes of definitions in it
  boolean due(long opened, long before, long now, long bytes, long definitions) {
    if (now - opened >= longest.toMillis() || bytes >= hardBytes) {
      return true;
    }
    boolean cheap = definitions * DEFINITIONS_AT_MOST_ONE_OF <= bytes;
    return cheap && (bytes >= softBytes || crosses(before, now, every.toMillis(), 0)
        || crosses(before, now, LogFormat.WINDOW_MS, cutDelay.toMillis()));
  }

  private static boolean crosses(long before, long now, long period, long shift) {
    return Math.floorDiv(before - shift, period) != Math.floorDiv(now - shift, period);
  }
}
