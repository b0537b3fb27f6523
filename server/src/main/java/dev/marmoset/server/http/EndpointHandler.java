package dev.marmoset.server.http;

import dev.marmoset.server.auth.Access;
import dev.marmoset.server.auth.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
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
  /// Bytes of a body that are read and thrown away so that its connection can be used again: the largest that vmagent
  /// sends.
  private static final long MOST_LEFT_OVER = 8L << 20;

  private final Router router;
  private final Door door;
  private final HttpMetrics metrics;

  /// @param door lets requests in when their route is known
  EndpointHandler(Router router, Door door, HttpMetrics metrics) {
    this.router = router;
    this.door = door;
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String method = request.getMethod();
    String handler = NO_ROUTE;
    var body = Request.asInputStream(request);
    HttpResponse answer;
    switch (router.match(method, Request.getPathInContext(request))) {
      case Router.Match.Found(Endpoint endpoint, String name, Access access) -> {
        handler = name;
        try {
          answer = answer(request, body, endpoint, access);
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
    // Before it is written: who reads the answer and then the counters finds it counted.
    metrics.answered(handler, method, answer.status(), System.nanoTime() - request.getBeginNanoTime());
    try {
      write(request, answer, response);
      readLeftOver(request, body);
      callback.succeeded();
    } catch (IOException | HttpException.RuntimeException e) {
      callback.failed(e);
    }
    return true;
  }

  private HttpResponse answer(Request request, InputStream body, Endpoint endpoint, Access access)
      throws IOException {
    return switch (door.judge(access, JettyRequest.proof(request))) {
      case Door.Passage.Out(HttpResponse refusal) -> refusal;
      case Door.Passage.In(String caller, Optional<Verdict.BodyCheck> check) when check.isEmpty() ->
        endpoint.handle(new JettyRequest(request, caller, body));
      case Door.Passage.In(String caller, Optional<Verdict.BodyCheck> check) when access == Access.WRITE ->
        signed(request, new SignedBody(body, check.orElseThrow()), endpoint, caller);
      // Other endpoints read no body.
      case Door.Passage.In(String caller, Optional<Verdict.BodyCheck> check) ->
        SignedBody.acceptsEmpty(check.orElseThrow())
            ? endpoint.handle(new JettyRequest(request, caller, body))
            : door.bodyDiffers();
    };
  }

  private HttpResponse signed(Request request, SignedBody body, Endpoint endpoint, String caller)
      throws IOException {
    var answer = endpoint.handle(new JettyRequest(request, caller, body));
    return body.refused() ? door.bodyDiffers() : answer;
  }

  private static void write(Request request, HttpResponse answer, Response response) throws IOException {
    response.setStatus(answer.status());
    for (Map.Entry<String, String> header : answer.headers().entrySet()) {
      response.getHeaders().put(header.getKey(), header.getValue());
    }
    if (request.getLength() > MOST_LEFT_OVER) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
    Content.Sink.write(response, true, answer.content());
  }

  /// Reads what nobody has read of the body: Jetty closes a connection with a body half read, after it has told the
  /// client to keep it, and the client's next request would go into the closed one. Behind the answer, since some clients
  /// look for it while they still send. A client that asked first whether to send (`Expect`) may now not send at all;
  /// Jetty closes that connection and says so.
  private static void readLeftOver(Request request, InputStream body) throws IOException {
    if (!request.getHeaders().contains(HttpHeader.EXPECT)) {
      new SteadyBody(body, System::nanoTime).skip(MOST_LEFT_OVER);
    }
  }
}
