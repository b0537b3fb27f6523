package dev.marmoset.server.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A body of which every byte is read by [#read(byte\[\], int, int)], however the reader asks, so that nothing goes round
/// who watches it there. Confined to one thread.
abstract class WatchedBody extends FilterInputStream {
  WatchedBody(InputStream body) {
    super(body);
  }

  @Override
  public abstract int read(byte[] bytes, int offset, int length) throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? read : one[0] & 0xFF;
  }

  @Override
  public final long skip(long count) throws IOException {
    long skipped = 0;
    while (skipped < count && read() >= 0) {
      skipped++;
    }
    return skipped;
  }

  @Override
  public final boolean markSupported() {
    return false;
  }
}
