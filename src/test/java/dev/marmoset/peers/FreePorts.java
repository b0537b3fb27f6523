package dev.marmoset.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/// Ports for peers that cannot be told to pick one and say which.
public final class FreePorts {
  private FreePorts() {}

  /// An address on 127.0.0.1 that nobody listened on a moment ago. Somebody else may take it before the peer does;
  /// the kernel hands out another port to the next asker, so this does not happen between tests of one machine.
  public static String address() {
    var loopback = InetAddress.getLoopbackAddress();
    try (var socket = new ServerSocket(0, 1, loopback)) {
      return loopback.getHostAddress() + ":" + socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("asking for a free port on " + loopback, e);
    }
  }
}
