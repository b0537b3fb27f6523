package dev.marmoset.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// Very many connections that say little or nothing. One thread.
final class Crowd implements AutoCloseable {
  private static final int CONNECT_MS = 60_000;
  private final List<SocketChannel> connections = new ArrayList<>();

  /// Opens them one after the other and sends the same first words on each.
  ///
  /// @param words what each says, `\n` becomes CR LF; then it falls silent
  /// @throws IOException if the server does not accept one in time
  static Crowd of(int count, InetSocketAddress server, String words) throws IOException {
    var crowd = new Crowd();
    byte[] bytes = words.replace("\n", "\r\n").getBytes(ISO_8859_1);
    try {
      for (int i = 0; i < count; i++) {
        crowd.open(server, bytes);
      }
    } catch (IOException e) {
      crowd.close();
      throw e;
    }
    return crowd;
  }

  private void open(InetSocketAddress server, byte[] bytes) throws IOException {
    var channel = SocketChannel.open();
    connections.add(channel);
    Socket socket = channel.socket();
    socket.connect(server, CONNECT_MS);
    var words = ByteBuffer.wrap(bytes);
    try {
      while (words.hasRemaining()) {
        channel.write(words);
      }
    } catch (IOException _) {
      // The server has had enough of it already, which is its right.
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }
}
