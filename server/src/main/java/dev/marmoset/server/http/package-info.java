/// The HTTP listener: routes, endpoints, and the way from a socket to an endpoint.
///
/// Start with [HttpServer] and [Router]. An [Endpoint] gets an [HttpRequest], may block (it runs on a virtual thread)
/// and returns an [HttpResponse]. The write path is [WriteEndpoint], which hands the request to
/// `ingest.RemoteWriteHandler`.
///
/// The only package that knows Jetty.
@NullMarked
package dev.marmoset.server.http;

import org.jspecify.annotations.NullMarked;
