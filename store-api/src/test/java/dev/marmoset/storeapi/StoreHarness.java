package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.LabelNamesRequest;
import dev.marmoset.proto.thanos.LabelValuesRequest;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.proto.thanos.StoreGrpc;
import dev.marmoset.proto.thanos.info.InfoGrpc;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storeapi.transport.SnappyCodec;
import io.grpc.BindableService;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A StoreAPI over a fake store, served in the process, asked as a querier asks: the replica label is among the labels
/// to leave out of every answer.
final class StoreHarness implements AutoCloseable {
  static final String REPLICA = "marmoset_replica";
  static final Labels REGION = Labels.of("region", "eu-west");
  /// The clock of the store: not on a multiple of 10 s.
  static final long NOW = Instant.parse("2026-11-21T12:34:56.789Z").toEpochMilli();
  /// 9999-12-31T23:59:59Z, what queriers send as the end of time.
  static final long YEAR_9999 = 253_402_300_799_000L;

  final FakeStorage storage;
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final FakeReadiness readiness = new FakeReadiness();
  final StoreApi api;
  final ManagedChannel channel;
  private final Server server;
  private final List<String> dropped = new ArrayList<>(List.of(REPLICA));

  StoreHarness(FakeStorage storage, StoreApiOptions options) {
    this(storage, options, false);
  }

  /// @param tcp whether to listen on 127.0.0.1 instead of connecting inside the process
  StoreHarness(FakeStorage storage, StoreApiOptions options, boolean tcp) {
    this.storage = storage;
    this.api = new StoreApi(storage, options, readiness, () -> Instant.ofEpochMilli(NOW), registry);
    String name = InProcessServerBuilder.generateName();
    ServerBuilder<?> builder = tcp
        ? NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
        : InProcessServerBuilder.forName(name);
    builder.intercept(api.interceptor()).callExecutor(api.callExecutors())
        .decompressorRegistry(DecompressorRegistry.getDefaultInstance().with(new SnappyCodec(), true));
    for (BindableService service : api.services()) {
      builder.addService(service);
    }
    try {
      this.server = builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.channel = tcp
        ? NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext()
            .compressorRegistry(snappy()).maxInboundMessageSize(64 << 20).build()
        : InProcessChannelBuilder.forName(name).build();
    api.refreshInfo();
  }

  StoreHarness(FakeStorage storage) {
    this(storage, options(REGION));
  }

  private static CompressorRegistry snappy() {
    var registry = CompressorRegistry.newEmptyInstance();
    registry.register(new SnappyCodec());
    return registry;
  }

  /// Limits off, live tail of 20 s.
  static StoreApiOptions options(Labels blockLabels) {
    return options(blockLabels, QueryLimits.OFF);
  }

  static StoreApiOptions options(Labels blockLabels, QueryLimits limits) {
    return new StoreApiOptions(blockLabels, Optional.of(new Label(REPLICA, "task-1")), Duration.ofSeconds(20),
        () -> Long.MIN_VALUE, limits, new StoreApiOptions.Admission(0, Duration.ofSeconds(10), 0));
  }

  /// Also leaves out these labels from now on.
  StoreHarness without(String... labels) {
    dropped.addAll(List.of(labels));
    return this;
  }

  StoreGrpc.StoreBlockingStub store() {
    return StoreGrpc.newBlockingStub(channel).withDeadlineAfter(Duration.ofMinutes(3));
  }

  InfoGrpc.InfoBlockingStub info() {
    return InfoGrpc.newBlockingStub(channel).withDeadlineAfter(Duration.ofMinutes(3));
  }

  /// A request over all time.
  SeriesRequest.Builder request(String selector) {
    return SeriesRequest.newBuilder().setMinTime(0).setMaxTime(YEAR_9999)
        .addAllMatchers(Wire.matchers(selector))
        .addAllWithoutReplicaLabels(dropped);
  }

  List<SeriesResponse> messages(SeriesRequest.Builder request) {
    var messages = new ArrayList<SeriesResponse>();
    store().series(request.build()).forEachRemaining(messages::add);
    return messages;
  }

  List<Series> series(SeriesRequest.Builder request) {
    return Wire.unpacked(messages(request));
  }

  List<Labels> labels(SeriesRequest.Builder request) {
    return series(request).stream().map(Wire::labels).toList();
  }

  List<String> names(String selector, long end) {
    return store().labelNames(LabelNamesRequest.newBuilder().setStart(0).setEnd(end)
        .addAllMatchers(Wire.matchers(selector)).addAllWithoutReplicaLabels(dropped).build()).getNamesList();
  }

  List<String> values(String label, String selector, long end) {
    return store().labelValues(LabelValuesRequest.newBuilder().setLabel(label).setStart(0).setEnd(end)
        .addAllMatchers(Wire.matchers(selector)).addAllWithoutReplicaLabels(dropped).build()).getValuesList();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    api.close();
  }

  /// Ready until told otherwise.
  static final class FakeReadiness implements StoreReadiness {
    volatile boolean announced = true;
    volatile boolean serving = true;

    @Override
    public boolean announced() {
      return announced;
    }

    @Override
    public boolean serving() {
      return serving;
    }

    @Override
    public String reason() {
      return "replaying the log";
    }
  }
}
