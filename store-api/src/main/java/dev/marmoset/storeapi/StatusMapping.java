package dev.marmoset.storeapi;

import dev.marmoset.query.LimitExceededException;
import dev.marmoset.storeapi.BackpressuredStream.SendFailedException;
import io.grpc.Status;
import java.io.IOException;

/// Chooses the status code of a refused or broken call. No other class of the read side does; for writes see
/// [dev.marmoset.storeapi.write.WriteableStoreService].
///
/// Queriers recognise an exceeded limit by the text `rpc error: code = ResourceExhausted`, which Go derives from the
/// code.
final class StatusMapping {
  private StatusMapping() {}

  /// The status for what went wrong while a call was answered.
  static Status of(Exception problem) {
    return switch (problem) {
      case InvalidRequestException e -> Status.INVALID_ARGUMENT.withDescription(e.getMessage());
      case LimitExceededException e -> Status.RESOURCE_EXHAUSTED.withDescription(e.getMessage());
      case SendFailedException e -> Status.ABORTED.withDescription(e.getMessage()).withCause(e);
      case IOException e ->
        Status.INTERNAL.withDescription("reading stored series: " + e.getMessage()).withCause(e);
      default -> Status.INTERNAL.withDescription("answering the call: " + problem).withCause(problem);
    };
  }

  /// The status while the store starts or drains.
  static Status unavailable(String reason) {
    return Status.UNAVAILABLE.withDescription(reason);
  }
}
