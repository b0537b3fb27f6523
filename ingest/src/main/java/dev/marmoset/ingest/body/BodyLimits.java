package dev.marmoset.ingest.body;

/// Sizes of request bodies.
///
/// @param maxCompressedBytes bytes of a body as it arrives; more is 413
/// @param maxDecodedBytes    bytes of a body after decompression; more, declared or actual, is 413
/// @param maxBytesInFlight   bytes of all bodies being worked on, before and after decompression; a request that does
///                           not fit is answered with 503
public record BodyLimits(int maxCompressedBytes, int maxDecodedBytes, long maxBytesInFlight) {
  /// No smaller cap can be set: an ordinary request must always pass.
  public static final int SMALLEST_CAP = 1 << 20;

  private static final int DEFAULT_MAX_COMPRESSED = 16 << 20;
  private static final int DEFAULT_MAX_DECODED = 64 << 20;
  private static final long DEFAULT_IN_FLIGHT = 128L << 20;

  /// Checks that no cap is below [#SMALLEST_CAP] and that the largest body fits into the bytes in flight.
  public BodyLimits {
    if (Math.min(maxCompressedBytes, maxDecodedBytes) < SMALLEST_CAP) {
      throw new IllegalArgumentException("body caps are " + maxCompressedBytes + " bytes compressed and "
          + maxDecodedBytes + " decoded, minimum " + SMALLEST_CAP);
    }
    if (maxBytesInFlight < (long) maxCompressedBytes + maxDecodedBytes) {
      throw new IllegalArgumentException("bytes in flight are limited to " + maxBytesInFlight
          + ", less than one body of " + maxCompressedBytes + " + " + maxDecodedBytes + " bytes");
    }
  }

  /// The defaults: 16 MiB, 64 MiB, 128 MiB.
  public static BodyLimits defaults() {
    return new BodyLimits(DEFAULT_MAX_COMPRESSED, DEFAULT_MAX_DECODED, DEFAULT_IN_FLIGHT);
  }
}
