package dev.marmoset.storeapi.write;

import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.WriteResponse;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.proto.thanos.WriteableStoreGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(WriteableStoreService.class);

  private final RemoteWrites writes;
  private final ByteBudget budget;

  /// @param writes   takes the samples
  /// @param maxBytes that all messages being worked on may take together; a message that finds no room is put off
  public WriteableStoreService(RemoteWrites writes, long maxBytes) {
    this.writes = writes;
    this.budget = new ByteBudget(maxBytes);
  }

  @Override
  public ServerServiceDefinition bindService() {
    var generated = WriteableStoreGrpc.getRemoteWriteMethod();
    var method = generated.toBuilder(new Messages(),
        ProtoUtils.marshaller(dev.marmoset.proto.thanos.WriteResponse.getDefaultInstance())).build();
    var service = ServiceDescriptor.newBuilder(WriteableStoreGrpc.SERVICE_NAME)
        .setSchemaDescriptor(WriteableStoreGrpc.getServiceDescriptor().getSchemaDescriptor())
        .addMethod(method)
        .build();
    return ServerServiceDefinition.builder(service).addMethod(method, (call, _) -> {
      // The second one only to notice that there is one.
      call.request(2);
      return new Call(call);
    }).build();
  }

  /// One call. Its callbacks never overlap.
  private final class Call extends ServerCall.Listener<HeldMessage> {
    private final ServerCall<HeldMessage, dev.marmoset.proto.thanos.WriteResponse> call;
    private Optional<HeldMessage> held = Optional.empty();
    private boolean twice;

    Call(ServerCall<HeldMessage, dev.marmoset.proto.thanos.WriteResponse> call) {
      this.call = call;
    }

    @Override
    public void onMessage(HeldMessage message) {
      twice |= held.isPresent();
      held.ifPresent(HeldMessage::release);
      held = Optional.of(message);
    }

    @Override
    public void onHalfClose() {
      Status status = twice || held.isEmpty()
          ? Status.INVALID_ARGUMENT
              .withDescription("RemoteWrite takes one message, not " + (twice ? "two" : "none"))
          : answer(held.get());
      release();
      if (status.isOk()) {
        call.sendHeaders(new Metadata());
        call.sendMessage(dev.marmoset.proto.thanos.WriteResponse.getDefaultInstance());
      }
      call.close(status, new Metadata());
    }

    @Override
    public void onCancel() {
      release();
    }

    @Override
    public void onComplete() {
      release();
    }

    private void release() {
      held.ifPresent(HeldMessage::release);
      held = Optional.empty();
    }
  }

  private Status answer(HeldMessage message) {
    try {
      return message.overloaded()
          ? Status.UNAVAILABLE.withDescription("memory for messages of routers is in use; send again")
          : take(message, RpcCaller.KEY.get());
    } catch (RuntimeException e) {
      LOG.error("answering a write of a router", e);
      return Status.INTERNAL.withDescription("answering the write: " + e);
    }
  }

  private Status take(HeldMessage message, RpcCaller caller) {
    List<RoutedWrite> parts;
    try {
      parts = RoutedWrite.split(message.bytes(), message.length());
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

  /// Leaves messages as they are. Only reads them: this is the server's side.
  private final class Messages implements MethodDescriptor.Marshaller<HeldMessage> {
    @Override
    public InputStream stream(HeldMessage message) {
      return new ByteArrayInputStream(message.bytes(), 0, message.length());
    }

    @Override
    public HeldMessage parse(InputStream stream) {
      try {
        return HeldMessage.read(stream, budget);
      } catch (IOException e) {
        throw Status.INTERNAL.withDescription("reading a message of RemoteWrite: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
