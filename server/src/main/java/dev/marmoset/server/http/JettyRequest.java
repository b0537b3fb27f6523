package dev.marmoset.server.http;

import dev.marmoset.ingest.account.Origin;
import dev.marmoset.server.auth.Proof;
import dev.marmoset.server.tls.CertificateNames;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/// A request over Jetty's.
///
/// @param caller name of the credential; empty without
/// @param body   what endpoints read
record JettyRequest(Request request, String caller, InputStream body) implements HttpRequest {
  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String header(String name) {
    String value = request.getHeaders().get(name);
    return value == null ? "" : value;
  }

  @Override
  public String query(String name) {
    String value = Request.extractQueryParameters(request).getValue(name);
    return value == null ? "" : value;
  }

  @Override
  public String network() {
    return Origin.addressGroup(request.getConnectionMetaData().getRemoteSocketAddress());
  }

  @Override
  public long contentLength() {
    return request.getHeaders().getLongField("Content-Length");
  }

  /// What a request shows of who sends it.
  static Proof proof(Request request) {
    String authorization = request.getHeaders().get("Authorization");
    var tls = request.getConnectionMetaData().getConnection().getEndPoint().getSslSessionData();
    Set<String> names =
        Optional.ofNullable(tls).map(EndPoint.SslSessionData::sslSession).map(CertificateNames::of)
            .orElse(Set.of());
    return new Proof(authorization == null ? "" : authorization, Optional.of(new Head(request)), names);
  }

  private record Head(Request request) implements Proof.Signable {
    @Override
    public String method() {
      return request.getMethod();
    }

    @Override
    public String rawPath() {
      String path = request.getHttpURI().getPath();
      return path == null ? "/" : path;
    }

    @Override
    public String rawQuery() {
      String query = request.getHttpURI().getQuery();
      return query == null ? "" : query;
    }

    @Override
    public List<String> headers(String name) {
      var values = request.getHeaders().getValuesList(name);
      String authority = request.getHttpURI().getAuthority();
      return values.isEmpty() && name.equals("host") && authority != null ? List.of(authority) : values;
    }
  }
}
