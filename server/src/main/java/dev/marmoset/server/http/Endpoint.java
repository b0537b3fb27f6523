package dev.marmoset.server.http;

import java.io.IOException;

/// What stands behind a route. Called from many virtual threads; may block.
@FunctionalInterface
public interface Endpoint {
  /// Answers a request.
  ///
  /// @throws IOException if the body cannot be read, usually because the client went away
  HttpResponse handle(HttpRequest request) throws IOException;
}
