package dev.marmoset.server.http;

import dev.marmoset.server.auth.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Finds the endpoint of a method and a path. Filled before the server starts, then only read.
///
/// A template is a path; a segment in braces matches any one segment. A slash at the end of a request's path is
/// ignored. Where GET is served, HEAD is too.
public final class Router {
  private final List<Route> routes = new ArrayList<>();

  /// What a request leads to.
  sealed interface Match {
    /// An endpoint, and the name under which its requests are counted.
    ///
    /// @param access what it asks of its caller
    record Found(Endpoint endpoint, String handler, Access access) implements Match {}

    /// The path exists, the method does not.
    ///
    /// @param allowed the methods that do, for the `Allow` header
    record OtherMethod(String allowed, String handler) implements Match {}

    /// There is no such path.
    record NoSuchPath() implements Match {}
  }

  private record Route(String method, List<String> segments, String handler, Access access,
      Endpoint endpoint) {
    boolean matches(List<String> path) {
      if (path.size() != segments.size()) {
        return false;
      }
      for (int i = 0; i < path.size(); i++) {
        if (!segments.get(i).startsWith("{") && !segments.get(i).equals(path.get(i))) {
          return false;
        }
      }
      return true;
    }

    boolean serves(String wanted) {
      return method.equals(wanted) || (method.equals("GET") && wanted.equals("HEAD"));
    }
  }

  /// Adds a route that the scopes `read` and `admin` open. Of two that match a request the one added first is taken.
  ///
  /// @param handler name under which requests are counted
  /// @return this
  public Router route(String method, String template, String handler, Endpoint endpoint) {
    return route(method, template, handler, Access.INSPECT, endpoint);
  }

  /// Adds a route.
  ///
  /// @param handler name under which requests are counted
  /// @param access  what it asks of its caller
  /// @return this
  public Router route(String method, String template, String handler, Access access, Endpoint endpoint) {
    routes.add(new Route(method, segments(template), handler, access, endpoint));
    return this;
  }

  /// Every route as `METHOD template ACCESS`, in the order in which they were added: what a list of doors is checked
  /// against.
  public List<String> listing() {
    return routes.stream()
        .map(route -> route.method + " /" + String.join("/", route.segments) + " " + route.access).toList();
  }

  /// Looks a request up.
  ///
  /// @param path decoded path, beginning with a slash
  Match match(String method, String path) {
    var wanted = segments(path);
    var allowed = new TreeSet<String>();
    String handler = "";
    for (Route route : routes) {
      if (route.matches(wanted)) {
        if (route.serves(method)) {
          return new Match.Found(route.endpoint, route.handler, route.access);
        }
        allowed.add(route.method);
        handler = route.handler;
      }
    }
    return allowed.isEmpty() ? new Match.NoSuchPath()
        : new Match.OtherMethod(String.join(", ", allowed), handler);
  }

  private static List<String> segments(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    return List.of((inner.endsWith("/") ? inner.substring(0, inner.length() - 1) : inner).split("/", -1));
  }
}
