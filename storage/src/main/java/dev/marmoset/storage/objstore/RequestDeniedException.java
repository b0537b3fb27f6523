package dev.marmoset.storage.objstore;

import java.io.IOException;

/// A request to a bucket was not started because its caller may not start one any more: the lease has lapsed, or the
/// process is stopping.
public final class RequestDeniedException extends IOException {
  private static final long serialVersionUID = 1;

  /// @param reason why no request may start
  public RequestDeniedException(String reason) {
    super("no further request to the bucket: " + reason);
  }
}
