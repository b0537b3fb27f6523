package dev.marmoset.storage.objstore;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The bytes of an answer, which end with an error if they end too early: the JDK's HTTP client takes a connection that
/// breaks inside a body for its end. One thread.
final class WholeStream extends FilterInputStream {
  private final long expected;
  private long count;

  /// @param expected bytes the answer announced
  WholeStream(InputStream in, long expected) {
    super(in);
    this.expected = expected;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    counted(value < 0 ? -1 : 1);
    return value;
  }

  @Override
  public int read(byte[] target, int from, int length) throws IOException {
    return counted(super.read(target, from, length));
  }

  private int counted(int n) throws EOFException {
    if (n >= 0) {
      count += n;
    } else if (count < expected) {
      throw new EOFException("the answer has " + expected + " bytes, " + count + " came");
    }
    return n;
  }

  @Override
  public long skip(long n) throws IOException {
    long skipped = super.skip(n);
    count += skipped;
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
