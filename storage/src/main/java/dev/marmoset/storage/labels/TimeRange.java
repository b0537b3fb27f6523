package dev.marmoset.storage.labels;

/// An inclusive range of sample times.
///
/// @param mint first time that belongs to the range, ms since the epoch
/// @param maxt last time that belongs to the range, ms since the epoch; a range with `maxt < mint` is empty
public record TimeRange(long mint, long maxt) {
  /// Every representable time.
  public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

  /// Whether the range contains `t` (ms).
  public boolean contains(long t) {
    return t >= mint && t <= maxt;
  }

  /// Whether the range shares at least one time with the inclusive range `from`..`to` (ms).
  public boolean overlaps(long from, long to) {
    return mint <= maxt && from <= maxt && to >= mint;
  }
}
