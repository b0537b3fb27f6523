package dev.marmoset.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.Socket;

/// One GET whose path goes onto the wire as it is; a client library would tidy it up. Thread-safe.
record RawExchange(String host, int port) {
  private static final int PATIENCE_MS = 120_000;

  /// @return the whole answer
  String get(String path) throws IOException {
    try (var socket = new Socket(host, port)) {
      socket.setSoTimeout(PATIENCE_MS);
      socket.getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
