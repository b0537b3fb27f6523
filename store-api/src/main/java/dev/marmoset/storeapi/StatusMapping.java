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
  private static final int MOST_CHARACTERS = 500;

  private StatusMapping() {}

  /// The status for what went wrong while a call was answered.
  static Status of(Exception problem) {
    return switch (problem) {
      case InvalidRequestException e ->
        Status.INVALID_ARGUMENT.withDescription(fitting(String.valueOf(e.getMessage())));
      case LimitExceededException e -> Status.RESOURCE_EXHAUSTED.withDescription(e.getMessage());
      case SendFailedException e -> Status.ABORTED.withDescription(e.getMessage()).withCause(e);
      case IOException e ->
        Status.INTERNAL.withDescription("reading stored series: " + e.getMessage()).withCause(e);
      default -> Status.INTERNAL.withDescription("answering the call: " + problem).withCause(problem);
    };
  }

  /// A description travels in a header, in up to nine bytes per character; behind 8 KiB a client reports a broken
  /// connection instead of what is said. What the caller sent, such as a long expression, is cut.
  private static String fitting(String text) {
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "...";
  }

  /// The status while the store starts or drains.
  static Status unavailable(String reason) {
    return Status.UNAVAILABLE.withDescription(reason);
  }
}
