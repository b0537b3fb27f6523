package dev.marmoset.e2e;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;

/// Calls any rpc with any bytes as its message. Thread-safe.
public final class RawCaller implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final ManagedChannel channel;

  /// @param address gRPC host and port
  public RawCaller(String address) {
    channel = NettyChannelBuilder.forTarget(address).usePlaintext().maxInboundMetadataSize(1 << 20).build();
  }

  /// Calls, and reads the answers to their end.
  ///
  /// @param rpc      as `service/method`
  /// @param encoding of the message, `identity` or `gzip`
  /// @param headers  names and values in turn
  public Status.Code call(String rpc, byte[] message, String encoding, String... headers) {
    var metadata = new Metadata();
    for (int i = 0; i < headers.length; i += 2) {
      metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
    }
    Channel through =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    var bytes = new Bytes();
    var method = MethodDescriptor.newBuilder(bytes, bytes).setFullMethodName(rpc)
        .setType(MethodDescriptor.MethodType.UNKNOWN).build();
    try {
      ClientCalls.blockingServerStreamingCall(through, method,
          CallOptions.DEFAULT.withDeadlineAfter(PATIENCE).withCompression(encoding), message)
          .forEachRemaining(_ -> {
          });
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new byte[0];
    }
  }
}
