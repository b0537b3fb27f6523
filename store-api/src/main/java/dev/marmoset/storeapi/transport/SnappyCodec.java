package dev.marmoset.storeapi.transport;

import io.grpc.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.xerial.snappy.SnappyFramedInputStream;
import org.xerial.snappy.SnappyFramedOutputStream;

/// The gRPC message encoding that Thanos calls `snappy`: the snappy *framing* format, not the block format of remote
/// write.
///
/// Thanos routers compress with it by default, and queriers may ask for it; a server that does not know it fails their
/// calls as UNIMPLEMENTED. To be registered as compressor and as decompressor. Stateless and thread-safe. gRPC bounds
/// what comes out by its inbound message size.
public final class SnappyCodec implements Codec {
  /// A codec.
  public SnappyCodec() {}

  @Override
  public String getMessageEncoding() {
    return "snappy";
  }

  @Override
  public OutputStream compress(OutputStream target) throws IOException {
    return new SnappyFramedOutputStream(target);
  }

  @Override
  public InputStream decompress(InputStream source) throws IOException {
    return new SnappyFramedInputStream(source, true);
  }
}
