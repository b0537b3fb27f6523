package dev.marmoset.server.http;

import dev.marmoset.server.auth.Access;
import dev.marmoset.server.auth.Verdict;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
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
    HttpResponse answer;
    switch (router.match(method, Request.getPathInContext(request))) {
      case Router.Match.Found(Endpoint endpoint, String name, Access access) -> {
        handler = name;
        try {
          answer = answer(request, endpoint, access);
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

  private HttpResponse answer(Request request, Endpoint endpoint, Access access) throws IOException {
    return switch (door.judge(access, JettyRequest.proof(request))) {
      case Door.Passage.Out(HttpResponse refusal) -> refusal;
      case Door.Passage.In(String caller, Optional<Verdict.BodyCheck> check) when check.isEmpty() ->
        endpoint.handle(new JettyRequest(request, caller, Request.asInputStream(request)));
      case Door.Passage.In(String caller, Optional<Verdict.BodyCheck> check) when access == Access.WRITE ->
        signed(request, endpoint, caller, check.orElseThrow());
      // Other endpoints read no body.
      case Door.Passage.In(String caller, Optional<Verdict.BodyCheck> check) ->
        SignedBody.acceptsEmpty(check.orElseThrow())
            ? endpoint.handle(new JettyRequest(request, caller, Request.asInputStream(request)))
            : door.bodyDiffers();
    };
  }

  private HttpResponse signed(Request request, Endpoint endpoint, String caller, Verdict.BodyCheck check)
      throws IOException {
    var body = new SignedBody(Request.asInputStream(request), check);
    var answer = endpoint.handle(new JettyRequest(request, caller, body));
    return body.refused() ? door.bodyDiffers() : answer;
  }

  private static void send(HttpResponse answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    for (Map.Entry<String, String> header : answer.headers().entrySet()) {
      response.getHeaders().put(header.getKey(), header.getValue());
    }
    response.write(true, answer.content(), callback);
  }
}
