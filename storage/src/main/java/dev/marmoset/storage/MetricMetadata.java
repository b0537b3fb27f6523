package dev.marmoset.storage;

/// What a sender says about a metric family.
///
/// @param family metric family name, without suffixes such as `_bucket`
/// @param type   number of `MetricMetadata.MetricType` in remote write 1.0, 0..255; unknown numbers pass through
/// @param help   description, may be empty
/// @param unit   unit, may be empty
public record MetricMetadata(String family, int type, String help, String unit) {
  /// Checks that the type fits into its byte.
  public MetricMetadata {
    if (type < 0 || type > 255) {
      throw new IllegalArgumentException(
          "metadata of \"" + family + "\" has type " + type + ", outside 0 to 255");
    }
  }
}
