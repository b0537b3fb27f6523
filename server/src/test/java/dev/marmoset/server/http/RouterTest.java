package dev.marmoset.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.WriteResponse;
import dev.marmoset.server.auth.Access;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
  private final Endpoint page = _ -> HttpResponse.text(200, "page");
  private final Router router =
      new Router().route("GET", "/", "front", page).route("GET", "/metrics", "metrics", page)
          .route("POST", "/-/quit", "quit", page).route("PUT", "/-/quit", "quit", page);

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/write", "/api/v1/write/", "/api/v1/receive", "/api/v1/push",
    "/api/prom/push",
    "/api/v1/remote_write", "/workspaces/ws-1/api/v1/remote_write", "/workspaces/ws-1/api/v1/remote_write/"})
  void theWritePathHasTheNamesThatSendersUse(String path) {
    new WriteEndpoint((_, _) -> new WriteResponse(204, Map.of(), ""), new WriteTraffic(System::nanoTime), "T",
        System::nanoTime)
        .addTo(router);
    assertThat(router.match("POST", path)).isInstanceOfSatisfying(Router.Match.Found.class,
        found -> assertThat(found.handler()).isEqualTo("receive"));
    assertThat(router.match("GET", path)).isEqualTo(new Router.Match.OtherMethod("POST", "receive"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1", "/api/v1/write/x", "//metrics", "/metrics//",
    "/workspaces/a/b/api/v1/remote_write",
    "/write", "/v1/metrics", "/Metrics"})
  void otherPathsDoNotExist(String path) {
    assertThat(router.match("POST", path)).isEqualTo(new Router.Match.NoSuchPath());
  }

  @Test
  void headIsServedWhereGetIs() {
    assertThat(router.match("HEAD", "/metrics"))
        .isEqualTo(new Router.Match.Found(page, "metrics", Access.INSPECT));
    assertThat(router.match("GET", "/")).isEqualTo(new Router.Match.Found(page, "front", Access.INSPECT));
  }

  @Test
  void otherMethodsNameTheOnesThatAreServed() {
    assertThat(router.match("DELETE", "/-/quit"))
        .isEqualTo(new Router.Match.OtherMethod("POST, PUT", "quit"));
  }
}
