package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.histogram.ResetHint;

/// What a histogram chunk says about a counter reset before its first sample: the top two bits of its flag byte.
public enum ResetFlag {
  /// Nothing.
  UNKNOWN(0b00),
  /// The counts went on from the chunk before.
  NOT_RESET(0b01),
  /// They began anew.
  RESET(0b10),
  /// The chunk holds gauges.
  GAUGE(0b11);

  private static final int SHIFT = 6;

  private final int id;

  ResetFlag(int id) {
    this.id = id;
  }

  /// The flag byte; its other six bits are 0.
  int flagByte() {
    return id << SHIFT;
  }

  /// The flag in a flag byte, whatever the other bits are.
  static ResetFlag of(int flagByte) {
    return switch (flagByte >>> SHIFT & 0b11) {
      case 0b01 -> NOT_RESET;
      case 0b10 -> RESET;
      case 0b11 -> GAUGE;
      default -> UNKNOWN;
    };
  }

  /// The flag of a chunk that begins a window or follows another kind of chunk: what its first sample says and no more.
  ///
  /// It does not look at the window before, so that the flag depends on the samples of this window alone. Readers lose
  /// nothing: they take the first sample of a counter chunk as unknown whatever the flag says.
  public static ResetFlag ofFirst(ResetHint hint) {
    return switch (hint) {
      case GAUGE -> GAUGE;
      case RESET -> RESET;
      case UNKNOWN, NOT_RESET -> UNKNOWN;
    };
  }
}
