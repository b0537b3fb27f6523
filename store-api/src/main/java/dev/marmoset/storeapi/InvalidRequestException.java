package dev.marmoset.storeapi;

/// A request that cannot be understood. The message is fit for the caller.
final class InvalidRequestException extends Exception {
  private static final long serialVersionUID = 1;

  InvalidRequestException(String message) {
    super(message);
  }

  InvalidRequestException(String message, Throwable cause) {
    super(message, cause);
  }
}
