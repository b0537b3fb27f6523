package dev.marmoset.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/// A body that has to come at a least rate: while it is read it holds memory of the write path, and one byte every few
/// seconds would hold it for hours without ever being idle. Confined to one thread.
final class SteadyBody extends WatchedBody {
  /// A slow mobile line has ten times as much.
  static final long LEAST_BYTES_PER_SECOND = 1024;
  /// Any body may take so long.
  static final long GRACE_SECONDS = 10;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private final long begun;
  private long bytes;

  /// @param nanoTime monotonic time in ns
  SteadyBody(InputStream body, LongSupplier nanoTime) {
    super(body);
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = in.read(target, offset, length);
    if (read > 0) {
      bytes += read;
      long seconds = (nanoTime.getAsLong() - begun) / NANOS_PER_SECOND;
      if (seconds > GRACE_SECONDS + bytes / LEAST_BYTES_PER_SECOND) {
        throw new IOException("the body comes slower than " + LEAST_BYTES_PER_SECOND + " bytes per second");
      }
    }
    return read;
  }
}
