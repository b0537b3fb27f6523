package dev.marmoset.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/// Speaks HTTP/1.1 byte by byte, so that a test decides what is on the wire. Not thread-safe.
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MS = 120_000;

  private final Socket socket = new Socket();
  private final InputStream in;
  private final OutputStream out;

  RawClient(InetSocketAddress server) throws IOException {
    socket.connect(server, PATIENCE_MS);
    socket.setSoTimeout(PATIENCE_MS);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /// Sends a text; `\n` becomes CR LF.
  RawClient send(String text) throws IOException {
    out.write(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
    out.flush();
    return this;
  }

  /// Reads an answer: head, and a body if Content-Length says so. Empty when the server has closed.
  String answer() throws IOException {
    var text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return text.toString();
      }
      text.append((char) b);
    }
    String head = text.toString();
    int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
    if (at >= 0) {
      int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
      text.append(new String(in.readNBytes(length), ISO_8859_1));
    }
    return text.toString();
  }

  /// Whether the server has closed the connection.
  boolean closedByServer() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
