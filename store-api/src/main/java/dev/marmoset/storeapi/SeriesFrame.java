package dev.marmoset.storeapi;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// One encoded `thanos.SeriesResponse` on its way into gRPC.
///
/// Over TCP gRPC takes the bytes while the message is being sent, so that the array can be used again. Inside a process
/// the other side reads them later; then the array belongs to the frame.
final class SeriesFrame extends ByteArrayInputStream implements KnownLength, Drainable {
  /// Hands frames to gRPC as they are.
  static final Marshaller<SeriesFrame> MARSHALLER = new Marshaller<>() {
    @Override
    public InputStream stream(SeriesFrame frame) {
      return frame;
    }

    @Override
    public SeriesFrame parse(InputStream stream) {
      throw new UnsupportedOperationException("series frames are sent, never received");
    }
  };

  private boolean drained;

  SeriesFrame(byte[] data, int offset, int length) {
    super(data, offset, length);
  }

  @Override
  public synchronized int drainTo(OutputStream target) throws IOException {
    int length = count - pos;
    target.write(buf, pos, length);
    pos = count;
    drained = true;
    return length;
  }

  /// Whether the bytes have been copied out and the array is free again.
  synchronized boolean drained() {
    return drained;
  }
}
