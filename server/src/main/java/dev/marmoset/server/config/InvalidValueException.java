package dev.marmoset.server.config;

/// A text is not a value of the expected kind. The message names the text and what was expected, so that it can be
/// shown behind the name of the flag, variable or key it came from.
public final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1;

  /// @param message what is wrong with which text, without the place it came from
  public InvalidValueException(String message) {
    super(message);
  }
}
