package dev.marmoset.server;

import dev.marmoset.ingest.account.Origin;
import dev.marmoset.server.auth.Access;
import dev.marmoset.server.auth.Caller;
import dev.marmoset.server.auth.Gatekeeper;
import dev.marmoset.server.auth.Proof;
import dev.marmoset.server.auth.Verdict;
import dev.marmoset.server.tls.CertificateNames;
import dev.marmoset.storeapi.write.RpcCaller;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Lets calls of gRPC in, with their caller in the context, or closes them. Thread-safe.
///
/// A service that is not in the table asks for the scope `read`, so that a new one is locked from its first day.
final class RpcGuard implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> USER_AGENT =
      Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Map<String, Access> SERVICES =
      Map.of("grpc.health.v1.Health", Access.OPEN, "thanos.WriteableStore", Access.WRITE);

  private final Gatekeeper gatekeeper;
  private final MeterRegistry registry;

  RpcGuard(Gatekeeper gatekeeper, MeterRegistry registry) {
    this.gatekeeper = gatekeeper;
    this.registry = registry;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
      ServerCallHandler<Q, A> next) {
    String service = Optional.ofNullable(call.getMethodDescriptor().getServiceName()).orElse("");
    return switch (judge(SERVICES.getOrDefault(service, Access.READ), proof(call, headers))) {
      case Passage.In(String caller) ->
        Contexts.interceptCall(Context.current().withValue(RpcCaller.KEY, caller(caller, call, headers)),
            call,
            headers, next);
      case Passage.Out(Status refusal) -> {
        call.close(refusal, new Metadata());
        yield new ServerCall.Listener<>() {};
      }
    };
  }

  /// What came of a call.
  private sealed interface Passage {
    /// It may go on.
    ///
    /// @param caller name of the credential, empty without
    record In(String caller) implements Passage {}

    /// It is closed.
    record Out(Status refusal) implements Passage {}
  }

  private Passage judge(Access access, Proof proof) {
    if (access == Access.OPEN) {
      return new Passage.In("");
    }
    return switch (gatekeeper.judge(proof)) {
      case Verdict.Known(Caller caller) -> judge(access, caller);
      // Only over what is signable, which a call is not.
      case Verdict.KnownByBody _ ->
        refused("signature", Status.UNAUTHENTICATED, "signatures are not taken here");
      case Verdict.Unknown unknown -> refused(unknown.reason(), Status.UNAUTHENTICATED, unknown.why());
      case Verdict.Busy(String why) -> refused("busy", Status.UNAVAILABLE, why);
    };
  }

  private Passage judge(Access access, Caller caller) {
    if (access.grantedBy(caller.scopes())) {
      return new Passage.In(caller.name());
    }
    if (gatekeeper.isUnnamed(caller)) {
      var unknown = gatekeeper.nothingShown();
      return refused(unknown.reason(), Status.UNAUTHENTICATED, unknown.why());
    }
    return refused("scope", Status.PERMISSION_DENIED, "these credentials lack the scope " + access.words());
  }

  private Passage refused(String reason, Status status, String why) {
    Counter.builder("marmoset.auth.refused").description("requests and calls refused for their credentials")
        .tag("door", "grpc").tag("reason", reason).register(registry).increment();
    return new Passage.Out(status.withDescription(why));
  }

  private static RpcCaller caller(String name, ServerCall<?, ?> call, Metadata headers) {
    String userAgent = headers.get(USER_AGENT);
    return new RpcCaller(name, Origin.addressGroup(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
        userAgent == null ? "" : userAgent);
  }

  private static Proof proof(ServerCall<?, ?> call, Metadata headers) {
    String authorization = headers.get(AUTHORIZATION);
    var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    return new Proof(authorization == null ? "" : authorization, Optional.empty(),
        session == null ? Set.of() : CertificateNames.of(session));
  }
}
