package dev.marmoset.storage.objstore;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;

/// A piece of an object on its way into a request of the SDK, which may begin it again. Remembers that the content could
/// not be read: the SDK does not tell that from a broken connection. One thread.
final class S3Piece implements ContentStreamProvider {
  private final ObjectContent content;
  private final long offset;
  private final long length;
  private @Nullable IOException failure;

  S3Piece(ObjectContent content, long offset, long length) {
    this.content = content;
    this.offset = offset;
    this.length = length;
  }

  RequestBody body() {
    return RequestBody.fromContentProvider(this, length, "application/octet-stream");
  }

  @Override
  public InputStream newStream() {
    try {
      return new Watched(content.open(offset, length));
    } catch (IOException e) {
      failure = e;
      throw new UncheckedIOException(e);
    }
  }

  /// Throws what made the content unreadable, if anything did.
  void throwFailure() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /// The same, for what the signer throws while it reads the content to hash it.
  IOException failureOr(UncheckedIOException thrown) {
    return failure != null ? failure : new IOException("signing a request", thrown);
  }

  private final class Watched extends FilterInputStream {
    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      try {
        return super.read(target, from, count);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
