package dev.marmoset.server.config;

/// Where a server listens or a client connects.
///
/// @param host name or address without brackets; empty means every local address
/// @param port 0..65535; 0 lets the system choose when listening
public record HostPort(String host, int port) {
  /// `host:port`, `[v6 address]:port` or `:port`.
  public static final Syntax<HostPort> SYNTAX = Syntax.of("<host:port>", HostPort::parse);

  /// Parses `host:port`, `[v6 address]:port` or `:port`.
  ///
  /// @throws InvalidValueException if there is no port, it is out of range, or a v6 address lacks its brackets
  public static HostPort parse(String text) throws InvalidValueException {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new InvalidValueException("\"" + text + "\" has no port; expected host:port, e.g. 0.0.0.0:10902");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw new InvalidValueException(
          "\"" + text + "\" is not host:port; a v6 address needs brackets: [::1]:10902");
    }
    return new HostPort(host, port(text, text.substring(colon + 1)));
  }

  /// Where a client on the same machine reaches a server that listens here.
  public HostPort reachable() {
    return switch (host) {
      case "", "0.0.0.0" -> new HostPort("127.0.0.1", port);
      case "::" -> new HostPort("::1", port);
      default -> this;
    };
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static int port(String text, String digits) throws InvalidValueException {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException _) {
      // The same answer as for a number out of range.
    }
    throw new InvalidValueException("\"" + text + "\" has the port \"" + digits + "\"; expected 0 .. 65535");
  }
}
