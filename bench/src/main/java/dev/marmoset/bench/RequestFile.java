package dev.marmoset.bench;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Encoded bodies in a file, so that sending them costs next to nothing: each behind its length (4 B), scrape by scrape.
///
/// Reading is thread-safe. The system's page cache holds the bytes, this heap does not.
public final class RequestFile implements AutoCloseable {
  private final FileChannel channel;
  private final long[] offsets;

  private RequestFile(FileChannel channel, long[] offsets) {
    this.channel = channel;
    this.offsets = offsets;
  }

  /// Encodes the scrapes `from` to `to` of all series.
  public static void write(Path path, RequestEncoder encoder, int series, int from, int to)
      throws IOException {
    int requests = RequestEncoder.requestsPerScrape(series);
    try (var out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 20))) {
      for (int scrape = from; scrape < to; scrape++) {
        for (int request = 0; request < requests; request++) {
          byte[] body = encoder.encode(scrape, request);
          out.writeInt(body.length);
          out.write(body);
        }
      }
    }
  }

  /// Opens a file that [#write] has written.
  public static RequestFile open(Path path) throws IOException {
    var channel = FileChannel.open(path);
    var offsets = new long[1024];
    int count = 0;
    var length = ByteBuffer.allocate(Integer.BYTES);
    for (long at = 0; at < channel.size(); at += Integer.BYTES + length.getInt(0)) {
      if (count + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, count * 2);
      }
      offsets[count++] = at;
      channel.read(length.clear(), at);
    }
    offsets[count] = channel.size();
    return new RequestFile(channel, Arrays.copyOf(offsets, count + 1));
  }

  /// Number of bodies.
  public int size() {
    return offsets.length - 1;
  }

  /// Bytes of a body.
  public int length(int i) {
    return (int) (offsets[i + 1] - offsets[i]) - Integer.BYTES;
  }

  /// Bytes of all bodies.
  public long bytes() {
    return offsets[size()] - (long) Integer.BYTES * size();
  }

  /// Reads a body to the beginning of `target`.
  public void read(int i, byte[] target) throws IOException {
    var body = ByteBuffer.wrap(target, 0, length(i));
    while (body.hasRemaining()) {
      if (channel.read(body, offsets[i] + Integer.BYTES + body.position()) < 0) {
        throw new IOException("body " + i + " of " + size() + " is cut off");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
