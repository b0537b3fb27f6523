package dev.marmoset.storage.chunk.histogram;

import java.util.Optional;

/// What the sender says about a counter reset between a histogram and its predecessor.
public enum ResetHint {
  /// Nothing: the reader compares.
  UNKNOWN(0),
  /// The counts began anew with this sample.
  RESET(1),
  /// They did not.
  NOT_RESET(2),
  /// The histogram is a gauge, its counts may fall.
  GAUGE(3);

  private final int id;

  ResetHint(int id) {
    this.id = id;
  }

  /// The number in remote write and in the log.
  public int id() {
    return id;
  }

  /// The hint with this number; empty for any other.
  public static Optional<ResetHint> byId(int id) {
    return switch (id) {
      case 0 -> Optional.of(UNKNOWN);
      case 1 -> Optional.of(RESET);
      case 2 -> Optional.of(NOT_RESET);
      case 3 -> Optional.of(GAUGE);
      default -> Optional.empty();
    };
  }
}
