package dev.marmoset.server.http;

import dev.marmoset.server.auth.Gatekeeper;
import dev.marmoset.server.tls.ServerTls;
import dev.marmoset.server.tls.TlsSettings.ClientAuth;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The listener for HTTP/1.1 and HTTP/2 without TLS, or for HTTP/1.1 with TLS. Requests run on virtual threads.
///
/// Bodies reach endpoints as they were sent: no content encoding is undone and no size is refused here, because the
/// write path judges both and counts what it refuses. An endpoint that does not read a body costs nothing.
public final class HttpServer {
  /// Selector, acceptor and a few callbacks; endpoints do not run here.
  private static final int PLATFORM_THREADS = 8;
  /// Connections that may wait to be accepted: as many as Linux allows by default. With Java's 50, most of a thousand
  /// functions that start at once wait a second for the retransmission of their first packet.
  private static final int BACKLOG = 4096;
  /// Longer than clients keep idle connections (Prometheus 5 min, balancers 1 min), so that the client closes first and
  /// never sends into a connection that is being closed.
  private static final Duration IDLE_CONNECTION = Duration.ofMinutes(6);
  /// A body that stalls this long is given up: it holds memory of the write path.
  private static final Duration IDLE_REQUEST = Duration.ofSeconds(30);
  /// Shed idle connections at once when stopping.
  private static final Duration IDLE_STOPPING = Duration.ofSeconds(1);

  private final Server server;
  private final ServerConnector connector;

  /// @param security who may come in, and TLS
  public HttpServer(Listen listen, Router router, Security security, MeterRegistry registry) {
    var threads = new QueuedThreadPool(PLATFORM_THREADS);
    threads.setName("http");
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("http-"));
    server = new Server(threads);
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setIdleTimeout(IDLE_REQUEST.toMillis());
    // Jetty's cache of header fields is a trie of 98 KiB for every connection: a thousand senders would hold 100 MB.
    http.setHeaderCacheSize(0);
    connector = security.tls().map(tls -> new ServerConnector(server, 1, 1, secured(tls, http)))
        .orElseGet(() -> new ServerConnector(server, 1, 1, new HttpConnectionFactory(http),
            new HTTP2CServerConnectionFactory(http)));
    connector.setHost(listen.host().isEmpty() ? null : listen.host());
    connector.setPort(listen.port());
    connector.setIdleTimeout(IDLE_CONNECTION.toMillis());
    connector.setShutdownIdleTimeout(IDLE_STOPPING.toMillis());
    server.addConnector(connector);
    connector.setAcceptQueueSize(BACKLOG);
    connector.addBean(new ConnectionBound(listen.maxConnections(), registry));
    server.setHandler(new GracefulHandler(new EndpointHandler(router,
        new Door(security.gatekeeper(), registry), new HttpMetrics(registry))));
    server.setStopTimeout(listen.stopTimeout().toMillis());
    server.setErrorHandler((_, response, callback) -> {
      response.getHeaders().put("Content-Type", "text/plain; charset=utf-8");
      Content.Sink.write(response, true, HttpStatus.getMessage(response.getStatus()) + "\n", callback);
      return true;
    });
  }

  /// Where and how to listen.
  ///
  /// @param host           empty for every local address
  /// @param port           0 for any free port
  /// @param maxConnections connections that may be open at a time; a further one takes the place of the one that has
  ///                       been silent longest
  /// @param stopTimeout    how long running requests may take while stopping
  public record Listen(String host, int port, int maxConnections, Duration stopTimeout) {}

  /// The locks of the listener.
  ///
  /// @param tls empty: plain text
  public record Security(Gatekeeper gatekeeper, Optional<ServerTls> tls) {}

  private static ConnectionFactory[] secured(ServerTls tls, HttpConfiguration http) {
    // No check of the name a client asked for: there is one certificate, and senders use addresses.
    http.addCustomizer(new SecureRequestCustomizer(false));
    var factory = new SslContextFactory.Server();
    factory.setSslContext(tls.context());
    factory.setIncludeProtocols(tls.settings().protocols());
    factory.setNeedClientAuth(tls.settings().clientAuth() == ClientAuth.REQUIRED);
    factory.setWantClientAuth(tls.settings().clientAuth() == ClientAuth.IF_GIVEN);
    return AbstractConnectionFactory.getFactories(factory, new HttpConnectionFactory(http));
  }

  /// Begins to listen.
  ///
  /// @return the bound address
  /// @throws IOException if the address cannot be bound
  public InetSocketAddress start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("starting the HTTP listener: " + e, e);
    }
    return new InetSocketAddress(connector.getHost() == null ? "0.0.0.0" : connector.getHost(),
        connector.getLocalPort());
  }

  /// Stops: no new connections, running requests get the stop timeout. Idempotent.
  ///
  /// @throws IOException if requests were cut off
  public void stop() throws IOException {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IOException("stopping the HTTP listener: " + e, e);
    }
  }
}
