package dev.marmoset.ingest.decode;

import dev.marmoset.ingest.body.BodyLimits;
import java.time.Duration;

/// What one request may carry and how long it may take.
///
/// @param body          sizes of bodies
/// @param labels        sizes of label sets
/// @param maxSamples    samples and histograms of one request; more is 413
/// @param commitTimeout how long a request waits for the fsync before it is answered with 503
public record IngestLimits(BodyLimits body, LabelLimits labels, int maxSamples, Duration commitTimeout) {
  /// 1 M samples are 16 MB of columns; Prometheus sends 2,000 a request, the largest conformance case 50,000.
  private static final int DEFAULT_MAX_SAMPLES = 1_000_000;
  /// The log gives up on a volume after 10 s; a Prometheus sender waits 30 s.
  private static final Duration DEFAULT_COMMIT_TIMEOUT = Duration.ofSeconds(11);

  /// Checks that the numbers are positive.
  public IngestLimits {
    if (maxSamples < 1) {
      throw new IllegalArgumentException("limit of samples per request is " + maxSamples + ", minimum 1");
    }
    if (commitTimeout.isNegative() || commitTimeout.isZero()) {
      throw new IllegalArgumentException("commit timeout is " + commitTimeout + ", must be positive");
    }
  }

  /// The defaults.
  public static IngestLimits defaults() {
    return new IngestLimits(BodyLimits.defaults(), LabelLimits.defaults(), DEFAULT_MAX_SAMPLES,
        DEFAULT_COMMIT_TIMEOUT);
  }

  /// Sizes of label sets; a series beyond one of them is refused.
  ///
  /// @param maxLabels     labels of a series, empty values included
  /// @param maxNameBytes  bytes of a name in UTF-8
  /// @param maxValueBytes bytes of a value in UTF-8
  /// @param maxSetBytes   bytes of all labels of a series in canonical form
  public record LabelLimits(int maxLabels, int maxNameBytes, int maxValueBytes, int maxSetBytes) {
    private static final int DEFAULT_MAX_LABELS = 256;
    private static final int DEFAULT_MAX_NAME_BYTES = 1024;
    private static final int DEFAULT_MAX_VALUE_BYTES = 64 << 10;
    private static final int DEFAULT_MAX_SET_BYTES = 128 << 10;

    /// Checks that the numbers are positive.
    public LabelLimits {
      if (Math.min(Math.min(maxLabels, maxNameBytes), Math.min(maxValueBytes, maxSetBytes)) < 1) {
        throw new IllegalArgumentException(
            "label limits " + maxLabels + ", " + maxNameBytes + ", " + maxValueBytes
                + ", " + maxSetBytes + " must be positive");
      }
    }

    /// The defaults: 256 labels, names of 1 KiB, values of 64 KiB, 128 KiB in all.
    public static LabelLimits defaults() {
      return new LabelLimits(DEFAULT_MAX_LABELS, DEFAULT_MAX_NAME_BYTES, DEFAULT_MAX_VALUE_BYTES,
          DEFAULT_MAX_SET_BYTES);
    }
  }
}
