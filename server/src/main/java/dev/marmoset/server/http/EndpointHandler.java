package dev.marmoset.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Leads Jetty's requests to endpoints and their answers back. Thread-safe.
final class EndpointHandler extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointHandler.class);
  /// Name under which requests without a route are counted.
  private static final String NO_ROUTE = "other";

  private final Router router;
  private final HttpMetrics metrics;

  EndpointHandler(Router router, HttpMetrics metrics) {
    this.router = router;
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String method = request.getMethod();
    String handler = NO_ROUTE;
    HttpResponse answer;
    switch (router.match(method, Request.getPathInContext(request))) {
      case Router.Match.Found(Endpoint endpoint, String name) -> {
        handler = name;
        try {
          answer = endpoint.handle(new JettyRequest(request));
        } catch (IOException | HttpException.RuntimeException e) {
          // The client went away, or Jetty refuses the body; both know their own answer.
          callback.failed(e);
          return true;
        } catch (RuntimeException e) {
          LOG.atError().setCause(e).addKeyValue("handler", name).log("request broke off");
          answer = HttpResponse.text(500, "internal error; the log of this process says more");
        }
      }
      case Router.Match.OtherMethod(String allowed, String name) -> {
        handler = name;
        answer = HttpResponse.text(405, "method " + method + " is not served here, only " + allowed)
            .with("Allow", allowed);
      }
      case Router.Match.NoSuchPath() ->
        answer = HttpResponse.text(404, "no such path; / lists what is served");
    }
    int status = answer.status();
    String counted = handler;
    send(answer, response, Callback.from(callback,
        () -> metrics.answered(counted, method, status, System.nanoTime() - request.getBeginNanoTime())));
    return true;
  }

  private static void send(HttpResponse answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    for (Map.Entry<String, String> header : answer.headers().entrySet()) {
      response.getHeaders().put(header.getKey(), header.getValue());
    }
    response.write(true, answer.content(), callback);
  }

  /// A request over Jetty's.
  private record JettyRequest(Request request) implements HttpRequest {
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
    public long contentLength() {
      return request.getHeaders().getLongField("Content-Length");
    }

    @Override
    public InputStream body() {
      return Request.asInputStream(request);
    }
  }
}
