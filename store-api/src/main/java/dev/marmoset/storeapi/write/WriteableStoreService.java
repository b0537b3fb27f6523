package dev.marmoset.storeapi.write;

import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.WriteResponse;
import dev.marmoset.proto.thanos.WriteableStoreGrpc;
import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// `thanos.WriteableStore/RemoteWrite`: a Thanos Receive router may have this store in its hashring.
///
/// The status decides what the router does with its quorum and what its own sender is told
/// (thanos `pkg/receive/handler.go`):
///
/// | write                                   | status             | the router                                       |
/// |-----------------------------------------|--------------------|--------------------------------------------------|
/// | durable                                 | OK                 | counts the replica                               |
/// | something refused for good, rest stored | ALREADY_EXISTS     | takes it for a conflict: 409, nobody sends again |
/// | not now (503)                           | UNAVAILABLE        | leaves this store alone for a while, 503         |
/// | sender over its rate (429)              | RESOURCE_EXHAUSTED | knows no cause: 500, its sender sends again      |
/// | no message of this kind                 | INVALID_ARGUMENT   | the same; a router does not send such            |
///
/// A message with several tenants gets the status of the worst: what can heal before what cannot, because sending again
/// is harmless. Calls run on the listener's threads, one each, and block.
public final class WriteableStoreService implements BindableService {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;
  private static final int FIRST_REFUSAL = 300;

  private final RemoteWrites writes;

  /// @param writes takes the samples
  public WriteableStoreService(RemoteWrites writes) {
    this.writes = writes;
  }

  @Override
  public ServerServiceDefinition bindService() {
    var generated = WriteableStoreGrpc.getRemoteWriteMethod();
    var method = generated.toBuilder(new Bytes(),
        ProtoUtils.marshaller(dev.marmoset.proto.thanos.WriteResponse.getDefaultInstance())).build();
    var service = ServiceDescriptor.newBuilder(WriteableStoreGrpc.SERVICE_NAME)
        .setSchemaDescriptor(WriteableStoreGrpc.getServiceDescriptor().getSchemaDescriptor())
        .addMethod(method)
        .build();
    return ServerServiceDefinition.builder(service).addMethod(method, ServerCalls.asyncUnaryCall(this::write))
        .build();
  }

  private void write(byte[] message, StreamObserver<dev.marmoset.proto.thanos.WriteResponse> observer) {
    Status status = take(message, RpcCaller.KEY.get());
    if (status.isOk()) {
      observer.onNext(dev.marmoset.proto.thanos.WriteResponse.getDefaultInstance());
      observer.onCompleted();
    } else {
      observer.onError(status.asRuntimeException());
    }
  }

  private Status take(byte[] message, RpcCaller caller) {
    List<RoutedWrite> parts;
    try {
      parts = RoutedWrite.split(message);
    } catch (IOException e) {
      return Status.INVALID_ARGUMENT.withDescription("reading a thanos.WriteRequest: " + e.getMessage());
    }
    Status worst = Status.OK;
    for (RoutedWrite part : parts) {
      if (part.length() > 0) {
        Status status = status(writes.write(head(part, caller), part.body()));
        worst = severity(status) > severity(worst) ? status : worst;
      }
    }
    return worst;
  }

  private static WriteRequestHead head(RoutedWrite part, RpcCaller caller) {
    return new WriteRequestHead("POST", "application/x-protobuf", "identity", caller.userAgent(), "0.1.0",
        part.length(), caller.origin(part.tenant()));
  }

  private static Status status(WriteResponse response) {
    if (response.status() < FIRST_REFUSAL) {
      return Status.OK;
    }
    Status status = switch (response.status()) {
      case TOO_MANY_REQUESTS -> Status.RESOURCE_EXHAUSTED;
      case UNAVAILABLE -> Status.UNAVAILABLE;
      default -> Status.ALREADY_EXISTS;
    };
    return status.withDescription(response.body());
  }

  private static int severity(Status status) {
    return switch (status.getCode()) {
      case OK -> 0;
      case ALREADY_EXISTS -> 1;
      case RESOURCE_EXHAUSTED -> 2;
      default -> 3;
    };
  }

  /// Leaves a message as it is.
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw Status.INTERNAL.withDescription("reading a message of RemoteWrite: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
