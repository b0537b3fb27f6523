package dev.marmoset.ingest.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/// What histograms and summaries add to the name of their family in the names of their series.
///
/// A `_total` of counters stays: in the Prometheus text format it is part of the family's name, and queriers ask for
/// the name as it is exposed.
final class FamilySuffix {
  /// Numbers of `MetricMetadata.MetricType`.
  private static final int HISTOGRAM = 3;
  private static final int GAUGE_HISTOGRAM = 4;
  private static final int SUMMARY = 5;
  private static final byte[][] OF_HISTOGRAMS =
      {"_bucket".getBytes(US_ASCII), "_count".getBytes(US_ASCII), "_sum".getBytes(US_ASCII)};
  private static final byte[][] OF_GAUGE_HISTOGRAMS =
      {"_bucket".getBytes(US_ASCII), "_gcount".getBytes(US_ASCII), "_gsum".getBytes(US_ASCII)};
  private static final byte[][] OF_SUMMARIES = {"_count".getBytes(US_ASCII), "_sum".getBytes(US_ASCII)};
  private static final byte[][] NONE = {};

  private FamilySuffix() {}

  /// Bytes of the suffix at the end of a series' name; 0 when there is none.
  static int length(int type, byte[] source, int offset, int length) {
    byte[][] suffixes = switch (type) {
      case HISTOGRAM -> OF_HISTOGRAMS;
      case GAUGE_HISTOGRAM -> OF_GAUGE_HISTOGRAMS;
      case SUMMARY -> OF_SUMMARIES;
      default -> NONE;
    };
    int end = offset + length;
    for (byte[] suffix : suffixes) {
      if (length > suffix.length
          && Arrays.equals(source, end - suffix.length, end, suffix, 0, suffix.length)) {
        return suffix.length;
      }
    }
    return 0;
  }
}
