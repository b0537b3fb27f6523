package dev.marmoset.server.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.SocketChannelEndPoint;

/// Keeps the number of open connections below a bound: who comes when it is reached takes the place of the one that has
/// been silent longest.
///
/// Not by refusing or waiting: then whoever opens many and sends nothing locks the others out. A sender whose idle
/// connection was taken opens another; one that is in a request has spoken just now. Thread-safe.
final class ConnectionBound implements Connection.Listener {
  /// One in so many is closed at a time.
  private static final int SHARE_PER_ROUND = 64;

  private final int most;
  private final Set<SocketChannelEndPoint> open = ConcurrentHashMap.newKeySet();
  private final Counter shed;

  /// @param most connections that stay open
  ConnectionBound(int most, MeterRegistry registry) {
    this.most = most;
    Gauge.builder("marmoset.http.connections", open, Set::size).description("open HTTP connections")
        .register(registry);
    shed = Counter.builder("marmoset.http.connections.shed")
        .description("HTTP connections closed because too many were open and these had been silent longest")
        .register(registry);
  }

  @Override
  public void onOpened(Connection connection) {
    // With TLS there is a second connection inside the first, which has no socket of its own.
    if (connection.getEndPoint() instanceof SocketChannelEndPoint socket && open.add(socket)
        && open.size() > most) {
      shed(socket);
    }
  }

  /// Closes those that have been silent longest, several at once, because finding them means asking all.
  private void shed(SocketChannelEndPoint spared) {
    record Silent(SocketChannelEndPoint socket, long millis) {}
    int count = open.size() - most + most / SHARE_PER_ROUND;
    var silent = open.stream().filter(socket -> socket != spared)
        .map(socket -> new Silent(socket, socket.getIdleFor()))
        .sorted(Comparator.comparingLong(Silent::millis).reversed()).limit(count).toList();
    for (Silent one : silent) {
      if (open.remove(one.socket)) {
        shed.increment();
        one.socket.close();
      }
    }
  }

  @Override
  public void onClosed(Connection connection) {
    if (connection.getEndPoint() instanceof SocketChannelEndPoint socket) {
      open.remove(socket);
    }
  }
}
