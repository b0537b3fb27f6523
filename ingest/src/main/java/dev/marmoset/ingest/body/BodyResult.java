package dev.marmoset.ingest.body;

/// What became of reading a body.
public sealed interface BodyResult {
  /// The body lies decompressed in [RequestBody#bytes].
  ///
  /// @param form how it had been compressed
  record Complete(BodyForm form) implements BodyResult {}

  /// The body is over a cap, by its length, by what it declares, or by what it decompresses to.
  ///
  /// @param decoded whether it is the cap of decompressed bytes rather than that of the body as it came
  /// @param text    fit for the sender
  record TooLarge(boolean decoded, String text) implements BodyResult {}

  /// The body is in a coding that is known but not supported.
  ///
  /// @param text fit for the sender
  record Unsupported(String text) implements BodyResult {}

  /// The body is nothing that can be decompressed.
  ///
  /// @param text fit for the sender
  record Undecodable(String text) implements BodyResult {}

  /// The body could not be taken for reasons that pass: no room for it now, or the connection broke.
  ///
  /// @param brokenOff whether the connection broke
  /// @param text      fit for the sender
  record Unavailable(boolean brokenOff, String text) implements BodyResult {}
}
