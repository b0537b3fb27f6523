package dev.marmoset.server;

import dev.marmoset.server.config.ServerConfig;
import dev.marmoset.server.tls.ServerTls;
import dev.marmoset.storeapi.StoreApi;
import dev.marmoset.storeapi.transport.SnappyCodec;
import dev.marmoset.storeapi.write.WriteableStoreService;
import io.grpc.BindableService;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// The gRPC listener: StoreAPI, WriteableStore, health, reflection. Calls run on virtual threads.
final class GrpcServer {
  /// Queriers ping every 10 s; exactly 10 s would race, and gRPC's default (5 min) hangs up on them.
  private static final Duration PERMITTED_PING = Duration.ofSeconds(5);
  /// Requests are selectors, which are small whatever a write may be.
  private static final int SELECTOR_BYTES = 4 << 20;

  private static final Duration HANDSHAKE = Duration.ofSeconds(20);
  /// Queriers poll every 5 s; a connection without a call for so long has nobody behind it.
  private static final Duration IDLE_CONNECTION = Duration.ofMinutes(5);
  /// A querier puts all its calls on one connection; gRPC's default is no bound at all.
  private static final int MAX_CALLS_PER_CONNECTION = 1000;
  /// Calls may be cancelled, and at once many; a connection that does nothing else is closed (CVE-2023-44487).
  private static final int MAX_RESETS = 1000;
  private static final Duration RESET_WINDOW = Duration.ofSeconds(10);

  private final ExecutorService calls = Executors
      .newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
  private final HealthStatusManager health = new HealthStatusManager();
  private final GrpcConnections connections;
  private final Server server;

  /// Who is let in.
  ///
  /// @param guard       lets calls in
  /// @param observer    sees every call that was let in
  /// @param connections bounds their number; closed with the server
  record Entrance(ServerInterceptor guard, ServerInterceptor observer, GrpcConnections connections) {}

  /// @param tls    empty: plain text
  /// @param writes what routers write to; its messages may be as large as a write when decoded
  GrpcServer(ServerConfig config, Optional<ServerTls> tls, StoreApi store, WriteableStoreService writes,
      Entrance entrance) {
    this.connections = entrance.connections();
    var snappy = new SnappyCodec();
    var compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(Codec.Identity.NONE);
    compressors.register(new Codec.Gzip());
    compressors.register(snappy);
    String host = config.grpc().address().host();
    var address = host.isEmpty()
        ? new InetSocketAddress(config.grpc().address().port())
        : new InetSocketAddress(host, config.grpc().address().port());
    var builder = connections.guard(NettyServerBuilder.forAddress(address)).executor(calls)
        .callExecutor(store.callExecutors())
        .permitKeepAliveTime(PERMITTED_PING.toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxInboundMessageSize(
            Math.max(SELECTOR_BYTES, Limits.decodedBytes(config)))
        .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
        .maxConnectionIdle(IDLE_CONNECTION.toMillis(), TimeUnit.MILLISECONDS)
        .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
        .maxRstFramesPerWindow(MAX_RESETS, (int) RESET_WINDOW.toSeconds())
        .maxConnectionAge(config.grpc().maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(config.grpc().gracePeriod().toMillis(), TimeUnit.MILLISECONDS)
        .compressorRegistry(compressors)
        .decompressorRegistry(DecompressorRegistry.getDefaultInstance().with(snappy, true))
        // The last one is asked first: refused calls are counted, but nobody polls by them.
        .intercept(entrance.connections()).intercept(entrance.observer()).intercept(entrance.guard())
        .intercept(store.interceptor())
        .addService(small(health.getHealthService()))
        .addService(small(ProtoReflectionServiceV1.newInstance())).addService(small(olderReflection()));
    tls.ifPresent(files -> builder.sslContext(secured(files)));
    store.services().forEach(service -> builder.addService(small(service)));
    builder.addService(writes);
    server = builder.build();
    ready(false);
  }

  /// Over the JDK's TLS: it asks the key manager at every handshake, so that renewed certificates count at once.
  private static SslContext secured(ServerTls tls) {
    var builder = SslContextBuilder.forServer(tls.keys()).trustManager(tls.trust())
        .protocols(tls.settings().protocols())
        .clientAuth(switch (tls.settings().clientAuth()) {
          case NONE -> ClientAuth.NONE;
          case IF_GIVEN -> ClientAuth.OPTIONAL;
          case REQUIRED -> ClientAuth.REQUIRE;
        });
    try {
      return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    } catch (SSLException e) {
      throw new IllegalStateException("setting up TLS of the gRPC listener", e);
    }
  }

  private static ServerServiceDefinition small(BindableService service) {
    return SmallRequests.of(service, SELECTOR_BYTES);
  }

  /// v1alpha, the only one that grpcurl before 1.8.8 and many other tools know.
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  /// Begins to listen.
  ///
  /// @return the bound address
  /// @throws IOException if the address cannot be bound
  InetSocketAddress start() throws IOException {
    server.start();
    return (InetSocketAddress) server.getListenSockets().getFirst();
  }

  /// Every method that is served, as `service/method`.
  List<String> rpcs() {
    return server.getServices().stream()
        .flatMap(service -> service.getServiceDescriptor().getMethods().stream())
        .map(MethodDescriptor::getFullMethodName).sorted().toList();
  }

  /// What the health service says of the whole server.
  void ready(boolean ready) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /// Takes no new calls, lets running ones end, then cuts off what is left.
  ///
  /// @param grace how long running calls may take
  /// @return whether all calls had ended by themselves
  /// @throws InterruptedException if the thread is interrupted while waiting
  boolean stop(Duration grace) throws InterruptedException {
    server.shutdown();
    boolean ended = server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      server.shutdownNow();
    }
    connections.close();
    calls.shutdown();
    return ended;
  }
}
