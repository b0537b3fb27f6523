package dev.marmoset.server.http;

import java.io.InputStream;

/// One request as endpoints see it. Valid until the endpoint returns; confined to its thread.
public interface HttpRequest {
  /// The method, upper case.
  String method();

  /// A header by its name in any case; empty if absent. Of several values the first.
  String header(String name);

  /// A parameter of the query, decoded; empty if absent. Of several values the first.
  String query(String name);

  /// Network of the peer, as [dev.marmoset.ingest.account.Origin#addressGroup] has it.
  String network();

  /// Name of the credential that the caller proved; empty if there was none.
  String caller();

  /// Content-Length in bytes, or -1 if the length is not known beforehand.
  long contentLength();

  /// The body, to be read at most once. Nothing is decoded but the transfer encoding; reading it asks a client that
  /// sent `Expect: 100-continue` to go on.
  InputStream body();
}
