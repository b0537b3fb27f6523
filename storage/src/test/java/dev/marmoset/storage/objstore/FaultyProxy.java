package dev.marmoset.storage.objstore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/// Stands between a client and an HTTP server on 127.0.0.1 and spoils requests. One request per connection.
public final class FaultyProxy implements AutoCloseable {
  private static final int HEAD_CUT = 100;
  private static final int BODY_CUT = 5000;

  private final ServerSocket listener;
  private final int target;
  private final BiFunction<Integer, String, Fault> faults;
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /// What happens to a request.
  public enum Fault {
    NONE,
    /// The server sees the beginning of it, then the connection breaks on both sides.
    CUT_REQUEST,
    /// The server answers, the connection breaks before the answer's head is through.
    LOST_ANSWER,
    /// The answer breaks off in its head, at its 100th byte.
    CUT_HEAD,
    /// The answer breaks off at its 5,000th byte.
    CUT_BODY,
    /// Nothing comes back, ever.
    SILENCE, STATUS_503, STATUS_409,
    /// The answer comes with another ETag.
    WRONG_ETAG
  }

  /// @param target port of the server
  /// @param faults by number of the request, from 0, and its first line
  public FaultyProxy(int target, BiFunction<Integer, String, Fault> faults) throws IOException {
    this.target = target;
    this.faults = faults;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /// First lines of all requests.
  public List<String> requests() {
    return requests;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client; Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      String head = head(client.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      String line = head.substring(0, head.indexOf('\r'));
      requests.add(line);
      relay(client, server, head, faults.apply(requests.size() - 1, line));
    } catch (IOException _) {
      // Either side has gone: that is what this is about.
    }
  }

  private static void relay(Socket client, Socket server, String head, Fault fault) throws IOException {
    switch (fault) {
      case CUT_REQUEST -> server.getOutputStream().write(head.getBytes(ISO_8859_1), 0, head.length() - 2);
      case SILENCE -> {
        while (client.getInputStream().read() >= 0) {
          // Until the client gives up.
        }
      }
      case STATUS_503, STATUS_409 -> {
        drain(client, head);
        String status = fault.name().substring("STATUS_".length());
        client.getOutputStream().write(("HTTP/1.1 " + status
            + " Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
      }
      case NONE, LOST_ANSWER, CUT_HEAD, CUT_BODY, WRONG_ETAG -> {
        OutputStream out = server.getOutputStream();
        out.write(head.replaceFirst("(?i)\r\nconnection: [^\r]*", "").replaceFirst("\r\n\r\n$",
            "\r\nConnection: close\r\n\r\n").getBytes(ISO_8859_1));
        Thread.ofVirtual().start(() -> copy(client, server));
        byte[] answer = server.getInputStream().readAllBytes();
        client.getOutputStream().write(spoiled(answer, fault));
      }
    }
  }

  private static byte[] spoiled(byte[] answer, Fault fault) {
    String text = new String(answer, ISO_8859_1);
    String changed = switch (fault) {
      case LOST_ANSWER -> text.substring(0, Math.min(20, text.length()));
      case CUT_HEAD -> text.substring(0, Math.min(HEAD_CUT, text.length() - 1));
      case CUT_BODY -> text.substring(0, Math.min(BODY_CUT, text.length() - 1));
      case WRONG_ETAG -> text.replaceAll("(?i)(\r\netag: \"?)[0-9a-f]{8}", "$100000000");
      default -> text;
    };
    return changed.getBytes(ISO_8859_1);
  }

  /// The body, for an answer that is not to be lost to a reset.
  private static void drain(Socket client, String head) throws IOException {
    if (head.toLowerCase(Locale.ROOT).contains("expect: 100-continue")) {
      return;
    }
    var length = Pattern.compile("(?i)\r\ncontent-length: (\\d+)").matcher(head);
    if (length.find()) {
      client.getInputStream().skipNBytes(Long.parseLong(length.group(1)));
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // The request is over.
    }
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.write(b);
      matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
    }
    return head.toString(ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
