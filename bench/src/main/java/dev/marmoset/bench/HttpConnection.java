package dev.marmoset.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;

/// One keep-alive HTTP/1.1 connection that posts remote-write bodies and waits for each answer.
///
/// By hand, because a load generator must not need the core that it shares with the rest of the machine. Opened again
/// when the server has closed it: VictoriaMetrics does so every two minutes. One thread.
final class HttpConnection implements AutoCloseable {
  private final int port;
  private final byte[] headBegin;
  private final Credential credential;
  private Socket socket = new Socket();
  private InputStream in = InputStream.nullInputStream();
  private OutputStream out = OutputStream.nullOutputStream();
  private byte[] buffer = new byte[64 << 10];
  private String text = "";

  /// What a sender shows of itself with each request.
  @FunctionalInterface
  interface Credential {
    /// Shows nothing.
    Credential NONE = (_, _) -> "";

    /// Lines of headers, each with its CR LF.
    String headers(byte[] body, int length);
  }

  /// @param version of remote write, 1 or 2
  HttpConnection(int port, String path, int version, Credential credential) {
    this.port = port;
    this.credential = credential;
    String type = version == 1 ? "application/x-protobuf"
        : "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    headBegin =
        ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: marmoset-bench\r\nContent-Type: "
            + type + "\r\nContent-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: "
            + (version == 1 ? "0.1.0" : "2.0.0")
            + "\r\nContent-Length: ").getBytes(ISO_8859_1);
  }

  /// Posts a body and answers the status.
  int post(byte[] body, int length) throws IOException {
    byte[] end = (length + "\r\n" + credential.headers(body, length) + "\r\n").getBytes(ISO_8859_1);
    int total = headBegin.length + end.length + length;
    if (total > buffer.length) {
      buffer = new byte[total * 2];
    }
    System.arraycopy(headBegin, 0, buffer, 0, headBegin.length);
    System.arraycopy(end, 0, buffer, headBegin.length, end.length);
    System.arraycopy(body, 0, buffer, headBegin.length + end.length, length);
    if (!socket.isConnected()) {
      open();
    }
    try {
      return exchange(total);
    } catch (IOException _) {
      open();
      return exchange(total);
    }
  }

  /// Body of the last answer.
  String text() {
    return text;
  }

  private int exchange(int total) throws IOException {
    out.write(buffer, 0, total);
    String status = line();
    int length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    text = chunked ? chunks() : new String(in.readNBytes(length), ISO_8859_1);
    return Integer.parseInt(status.split(" ")[1]);
  }

  private String chunks() throws IOException {
    var all = new StringBuilder();
    for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
      all.append(new String(in.readNBytes(size), ISO_8859_1));
      line();
    }
    line();
    return all.toString();
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private void open() throws IOException {
    socket.close();
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
