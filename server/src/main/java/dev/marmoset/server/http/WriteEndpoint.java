package dev.marmoset.server.http;

import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.WriteResponse;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.server.auth.Access;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/// The write path: remote write under all the addresses that senders know. Thread-safe.
///
/// Headers and body go to ingest as they came; ingest alone chooses the status.
public final class WriteEndpoint implements Endpoint {
  /// Header that asks for a new connection.
  private static final String CONNECTION = "Connection";
  /// Name under which Thanos' dashboards look for the write path.
  private static final String HANDLER = "receive";
  /// Prometheus, Thanos Receive, Mimir, Cortex, and Amazon's workspaces: senders change only the host.
  private static final String[] PATHS = {"/api/v1/write", "/api/v1/receive", "/api/v1/push", "/api/prom/push",
    "/api/v1/remote_write", "/workspaces/{any}/api/v1/remote_write"};
  /// Names the tenant where the configured header does not: Mimir and Cortex senders.
  private static final String OTHER_TENANT_HEADER = "X-Scope-OrgID";

  private final WriteHandler handler;
  private final WriteTraffic traffic;
  private final String tenantHeader;
  private final LongSupplier nanoTime;

  /// What takes writes, usually `ingest.RemoteWriteHandler`.
  @FunctionalInterface
  public interface WriteHandler {
    /// Takes one write and waits until it is durable or refused.
    ///
    /// @throws IOException if the body cannot be read
    WriteResponse handle(WriteRequestHead head, InputStream body) throws IOException;
  }

  /// @param traffic      sees every write begin and end
  /// @param tenantHeader header that names the tenant
  /// @param nanoTime     monotonic time in ns
  public WriteEndpoint(WriteHandler handler, WriteTraffic traffic, String tenantHeader,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.handler = handler;
    this.traffic = traffic;
    this.tenantHeader = tenantHeader;
  }

  /// Adds all paths of remote write to a router.
  public void addTo(Router router) {
    for (String path : PATHS) {
      router.route("POST", path, HANDLER, Access.WRITE, this);
    }
  }

  @Override
  public HttpResponse handle(HttpRequest request) throws IOException {
    traffic.begin();
    try {
      var response = handler.handle(head(request), new SteadyBody(request.body(), nanoTime));
      var answer = HttpResponse.of(response.status(), response.headers(), response.body());
      return traffic.leaving() ? answer.with(CONNECTION, "close") : answer;
    } finally {
      traffic.end();
    }
  }

  private WriteRequestHead head(HttpRequest request) {
    String tenant = request.header(tenantHeader);
    var origin = new Origin(request.caller(), tenant.isEmpty() ? request.header(OTHER_TENANT_HEADER) : tenant,
        request.network());
    return new WriteRequestHead(request.method(), request.header("Content-Type"),
        request.header("Content-Encoding"),
        request.header("User-Agent"), request.header("X-Prometheus-Remote-Write-Version"),
        request.contentLength(), origin);
  }
}
