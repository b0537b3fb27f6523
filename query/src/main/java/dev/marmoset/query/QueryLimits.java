package dev.marmoset.query;

/// What one request may use. 0 switches a limit off.
///
/// @param series  series answered
/// @param samples samples answered, counted one by one, not as chunks times 120
/// @param bytes   bytes of labels and chunk data answered
public record QueryLimits(long series, long samples, long bytes) {
  /// No limit at all.
  public static final QueryLimits OFF = new QueryLimits(0, 0, 0);

  /// Checks that nothing is negative.
  public QueryLimits {
    if (series < 0 || samples < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "query limits are " + series + " series, " + samples + " samples and "
              + bytes + " bytes, expected 0 or more of each");
    }
  }
}
