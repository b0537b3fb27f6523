package dev.marmoset.server;

import dev.marmoset.server.config.ServerConfig;
import dev.marmoset.storeapi.StoreApi;
import dev.marmoset.storeapi.transport.SnappyCodec;
import io.grpc.BindableService;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The gRPC listener: StoreAPI, health, reflection. Calls run on virtual threads.
final class GrpcServer {
  /// Queriers ping every 10 s; exactly 10 s would race, and gRPC's default (5 min) hangs up on them.
  private static final Duration PERMITTED_PING = Duration.ofSeconds(5);
  /// Requests are selectors; a router's WriteableStore request may be as large as a write.
  private static final int MAX_INBOUND_BYTES = 64 << 20;

  private final ExecutorService calls = Executors
      .newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  /// @param observer sees every call besides the StoreAPI's own interceptor
  GrpcServer(ServerConfig.Grpc config, StoreApi store, ServerInterceptor observer) {
    var snappy = new SnappyCodec();
    var compressors = CompressorRegistry.newEmptyInstance();
    compressors.register(Codec.Identity.NONE);
    compressors.register(new Codec.Gzip());
    compressors.register(snappy);
    String host = config.address().host();
    var address = host.isEmpty()
        ? new InetSocketAddress(config.address().port())
        : new InetSocketAddress(host, config.address().port());
    var builder = NettyServerBuilder.forAddress(address).executor(calls).callExecutor(store.callExecutors())
        .permitKeepAliveTime(PERMITTED_PING.toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxInboundMessageSize(MAX_INBOUND_BYTES)
        .maxConnectionAge(config.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(config.gracePeriod().toMillis(), TimeUnit.MILLISECONDS)
        .compressorRegistry(compressors)
        .decompressorRegistry(DecompressorRegistry.getDefaultInstance().with(snappy, true))
        .intercept(observer).intercept(store.interceptor())
        .addService(health.getHealthService()).addService(ProtoReflectionServiceV1.newInstance())
        .addService(olderReflection());
    store.services().forEach(builder::addService);
    server = builder.build();
    ready(false);
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
    calls.shutdown();
    return ended;
  }
}
