package dev.marmoset.server;

import io.grpc.BindableService;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// Bounds the messages that a service takes, decompressed, below the bound of the listener: that one is made for the
/// writes of routers, and a selector of that size, some kilobytes on the wire, would fill the heap as a parsed message.
final class SmallRequests {
  private SmallRequests() {}

  /// The service with its messages bounded.
  ///
  /// @param most bytes of a message
  static ServerServiceDefinition of(BindableService service, int most) {
    ServerServiceDefinition known = service.bindService();
    List<ServerMethodDefinition<?, ?>> methods = known.getMethods().stream()
        .<ServerMethodDefinition<?, ?>>map(method -> bounded(method, most)).toList();
    var descriptor = ServiceDescriptor.newBuilder(known.getServiceDescriptor().getName())
        .setSchemaDescriptor(known.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    var definition = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private static <Q, A> ServerMethodDefinition<Q, A> bounded(ServerMethodDefinition<Q, A> method, int most) {
    MethodDescriptor<Q, A> known = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        known.toBuilder(new Bounded<>(known.getRequestMarshaller(), most), known.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  private static StatusRuntimeException tooLarge(int most) {
    return Status.RESOURCE_EXHAUSTED.withDescription("a request of this rpc may have " + most + " bytes")
        .asRuntimeException();
  }

  /// @param most bytes that are read
  private record Bounded<T>(Marshaller<T> known, int most) implements Marshaller<T> {
    @Override
    public InputStream stream(T message) {
      return known.stream(message);
    }

    @Override
    public T parse(InputStream stream) {
      if (!(stream instanceof KnownLength)) {
        return known.parse(new BoundedStream(stream, most));
      }
      try {
        if (stream.available() > most) {
          throw tooLarge(most);
        }
        return known.parse(stream);
      } catch (IOException e) {
        throw Status.INTERNAL.withDescription("reading a request: " + e.getMessage()).withCause(e)
            .asRuntimeException();
      }
    }
  }

  /// A message that was compressed: only reading it tells its length.
  private static final class BoundedStream extends FilterInputStream {
    private final int most;
    private int left;

    private BoundedStream(InputStream stream, int most) {
      super(stream);
      this.most = most;
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      spend(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = in.read(bytes, offset, length);
      spend(Math.max(0, read));
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(Math.min(count, left + 1L));
      spend((int) skipped);
      return skipped;
    }

    private void spend(int bytes) {
      left -= bytes;
      if (left < 0) {
        throw tooLarge(most);
      }
    }
  }
}
