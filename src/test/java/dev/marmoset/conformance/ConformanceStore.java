package dev.marmoset.conformance;

import dev.marmoset.ingest.Ledger;
import dev.marmoset.ingest.RemoteWriteHandler;
import dev.marmoset.ingest.WriteGate;
import dev.marmoset.ingest.WriteOptions;
import dev.marmoset.ingest.account.Receipts;
import dev.marmoset.ingest.account.SenderLimits;
import dev.marmoset.ingest.account.Senders;
import dev.marmoset.query.QueryLimits;
import dev.marmoset.server.auth.AuthConfig;
import dev.marmoset.server.auth.Gatekeeper;
import dev.marmoset.server.http.HttpServer;
import dev.marmoset.server.http.Router;
import dev.marmoset.server.http.WriteEndpoint;
import dev.marmoset.server.http.WriteTraffic;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.tsdb.Tsdb;
import dev.marmoset.storage.tsdb.TsdbOptions;
import dev.marmoset.storage.window.WindowOptions;
import dev.marmoset.storeapi.StoreApi;
import dev.marmoset.storeapi.StoreApiOptions;
import dev.marmoset.storeapi.StoreReadiness;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A store with its HTTP and StoreAPI doors in this process, and a clock that stands still at [#NOW].
///
/// Belongs to one thread.
final class ConformanceStore {
  /// The store's clock. The captured npm request was made then.
  static final long NOW = 1_700_000_000_000L;
  static final String REPLICA_LABEL = "marmoset_replica";
  private static final Clock CLOCK = new Clock() {
    @Override
    public long wallMillis() {
      return NOW;
    }

    @Override
    public long nanos() {
      return System.nanoTime();
    }
  };
  private static final StoreReadiness READY = new StoreReadiness() {
    @Override
    public boolean announced() {
      return true;
    }

    @Override
    public boolean serving() {
      return true;
    }

    @Override
    public String reason() {
      return "";
    }
  };

  private final TsdbOptions options;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Tsdb tsdb;
  private final StoreApi storeApi;
  private final Server grpc;
  private final ManagedChannel channel;
  private final HttpServer http;
  private final URI base;
  private volatile WriteGate.State gate = WriteGate.State.OPEN;

  private ConformanceStore(TsdbOptions options) throws Exception {
    this.options = options;
    tsdb = Tsdb.open(options, new LocalFileSystem(), CLOCK, new Random());
    // Without a live tail, which sends nothing that is more than 10 s ahead of the clock until the clock gets there.
    storeApi = new StoreApi(tsdb,
        new StoreApiOptions(Labels.EMPTY, Optional.of(new Label(REPLICA_LABEL, "r")), Duration.ZERO,
            () -> Long.MIN_VALUE, QueryLimits.OFF,
            new StoreApiOptions.Admission(0, Duration.ofSeconds(10), 0)),
        READY, () -> Instant.ofEpochMilli(NOW), meters);
    String name = InProcessServerBuilder.generateName();
    var builder = InProcessServerBuilder.forName(name).intercept(storeApi.interceptor())
        .callExecutor(storeApi.callExecutors());
    for (BindableService service : storeApi.services()) {
      builder.addService(service);
    }
    grpc = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).maxInboundMessageSize(64 << 20).build();
    var ledger = new Ledger(meters, new Senders(SenderLimits.NONE, System::nanoTime), new Receipts(10),
        () -> Instant.ofEpochMilli(NOW), System::nanoTime);
    var writes = new RemoteWriteHandler(tsdb, () -> gate, ledger, WriteOptions.defaults());
    var router = new Router();
    new WriteEndpoint(writes::handle, new WriteTraffic(System::nanoTime), "THANOS-TENANT", System::nanoTime)
        .addTo(router);
    http = new HttpServer(new HttpServer.Listen("127.0.0.1", 0, 1000, Duration.ofSeconds(5)), router,
        new HttpServer.Security(new Gatekeeper(AuthConfig.OPEN, InstantSource.system(), new SecureRandom()),
            Optional.empty()),
        meters);
    InetSocketAddress address = http.start();
    base = URI.create("http://127.0.0.1:" + address.getPort());
    awaitReplay();
  }

  /// Opens one, on an empty directory or on what another one left there.
  static ConformanceStore open(Path directory, Duration window) throws Exception {
    return new ConformanceStore(
        new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "test",
            Duration.ofMillis(1), 0, 64 << 20, 10_000, false, WindowOptions.standard(Labels.EMPTY, window)));
  }

  /// Closes this one and opens the next on its data.
  ConformanceStore restart(Duration window) throws Exception {
    close();
    return new ConformanceStore(new TsdbOptions(options.data(), options.scratch(), options.version(),
        options.commitInterval(), options.maxSeries(), options.offHeapBytes(), options.maxExemplars(),
        options.network(),
        WindowOptions.standard(Labels.EMPTY, window)));
  }

  private void awaitReplay() throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (tsdb.notReady().isPresent()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("opening a store: " + tsdb.notReady().orElse(""));
      }
      Thread.sleep(5); // its own thread decides when
    }
  }

  /// A URL of its HTTP door.
  URI uri(String path) {
    return base.resolve(path);
  }

  /// All that it serves now.
  Content content() {
    return Content.of(channel);
  }

  /// Does something while the gate of the write path says so.
  <T> T during(WriteGate.State state, Supplier<T> action) {
    gate = state;
    try {
      return action.get();
    } finally {
      gate = WriteGate.State.OPEN;
    }
  }

  /// Sum of the counters of this name and these tags.
  double counter(String name, String... tags) {
    return meters.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  /// Values of a tag of the counters of this name.
  Set<String> tagValues(String name, String tag) {
    return meters.find(name).counters().stream().map(counter -> String.valueOf(counter.getId().getTag(tag)))
        .collect(Collectors.toSet());
  }

  void close() throws IOException {
    http.stop();
    channel.shutdownNow();
    grpc.shutdownNow();
    storeApi.close();
    tsdb.close();
  }
}
