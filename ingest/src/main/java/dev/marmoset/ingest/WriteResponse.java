package dev.marmoset.ingest;

import java.util.Map;

/// The answer to a write request.
///
/// @param status  HTTP status
/// @param headers names and values, the content type of a body included
/// @param body    text, at most 1 KiB in UTF-8, empty for a success
public record WriteResponse(int status, Map<String, String> headers, String body) {
  /// Copies the headers.
  public WriteResponse {
    headers = Map.copyOf(headers);
  }
}
