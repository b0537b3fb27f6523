package dev.marmoset.ingest.account;

/// What a sender may send, and all of them together may create. 0 = no limit.
///
/// @param samplesPerSecond   samples of one sender per second, with a burst of 10 s
/// @param seriesPerDay       series that one sender may create within 24 h
/// @param newSeriesPerSecond series that all senders may create per second, with a burst of 10 s
public record SenderLimits(long samplesPerSecond, long seriesPerDay, long newSeriesPerSecond) {
  /// No limit.
  public static final SenderLimits NONE = new SenderLimits(0, 0, 0);

  /// Checks that no number is negative.
  public SenderLimits {
    if (Math.min(Math.min(samplesPerSecond, seriesPerDay), newSeriesPerSecond) < 0) {
      throw new IllegalArgumentException("limits of senders " + samplesPerSecond + ", " + seriesPerDay + ", "
          + newSeriesPerSecond + " must not be negative");
    }
  }
}
