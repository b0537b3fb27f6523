package dev.marmoset.query;

/// A request needs more than it may have. The message names the bound and is fit for the caller of the API.
public final class LimitExceededException extends Exception {
  private static final long serialVersionUID = 1;

  /// What ran out.
  public enum Limit {
    /// Series of one request.
    SERIES,
    /// Samples of one request.
    SAMPLES,
    /// Bytes of labels and chunks of one request.
    REQUEST_BYTES,
    /// Bytes held by all running requests together.
    PROCESS_BYTES,
    /// Time spent waiting for admission.
    QUEUE_TIME
  }

  private final Limit limit;

  LimitExceededException(Limit limit, String message) {
    super(message);
    this.limit = limit;
  }

  /// What ran out.
  public Limit limit() {
    return limit;
  }
}
