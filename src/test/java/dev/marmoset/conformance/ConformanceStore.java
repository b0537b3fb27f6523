package dev.marmoset.conformance;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

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
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.block.Block;
import dev.marmoset.storage.chunk.ChunkCut;
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
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A store with its HTTP and StoreAPI doors in this process, and a wall clock that stands still at [#NOW] until it is
/// moved. Its windows are kept when it is told to.
///
/// Belongs to one thread.
final class ConformanceStore {
  /// The store's clock. The captured npm request was made then.
  static final long NOW = 1_700_000_000_000L;
  static final String REPLICA_LABEL = "marmoset_replica";
  /// Shorter than the lease, which a store would lose that does nothing for longer.
  private static final Duration STEP = Duration.ofSeconds(10);
  /// Closing a window takes 65 s after its time has come.
  private static final int MOST_STEPS = 60;
  private static final long LONGEST_STEP_NANOS = 1_000_000_000L;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
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
  private final MovedClock clock;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Tsdb tsdb;
  private final StoreApi storeApi;
  private final Server grpc;
  private final ManagedChannel channel;
  private final HttpServer http;
  private final URI base;
  private volatile WriteGate.State gate = WriteGate.State.OPEN;
  private int ticks;

  /// A wall clock that only a test moves, and a monotonic one that runs and is moved besides. A machine that stalls is not
  /// felt: between two looks, of which the log takes one in 250 ms, a second passes at most, so no lease lapses.
  private static final class MovedClock implements Clock {
    private final AtomicLong wallMillis = new AtomicLong(NOW);
    private long seen = System.nanoTime();
    private long nanos = seen;

    @Override
    public long wallMillis() {
      return wallMillis.get();
    }

    @Override
    public synchronized long nanos() {
      long now = System.nanoTime();
      nanos += Math.min(now - seen, LONGEST_STEP_NANOS);
      seen = now;
      return nanos;
    }

    Instant instant() {
      return Instant.ofEpochMilli(wallMillis.get());
    }

    synchronized void pass(Duration time) {
      nanos += time.toNanos();
      wallMillis.addAndGet(time.toMillis());
    }

    /// As on a machine that is suspended meanwhile.
    void jump(Duration time) {
      wallMillis.addAndGet(time.toMillis());
    }
  }

  private ConformanceStore(TsdbOptions options, MovedClock clock) throws Exception {
    this.options = options;
    this.clock = clock;
    tsdb = Tsdb.open(options, new LocalFileSystem(), clock, new Random());
    // Without a live tail, which sends nothing that is more than 10 s ahead of the clock until the clock gets there.
    storeApi = new StoreApi(tsdb,
        new StoreApiOptions(Labels.EMPTY, Optional.of(new Label(REPLICA_LABEL, "r")), Duration.ZERO,
            () -> Long.MIN_VALUE, QueryLimits.OFF,
            new StoreApiOptions.Admission(0, Duration.ofSeconds(10), 0)),
        READY, clock::instant, meters);
    String name = InProcessServerBuilder.generateName();
    var builder = InProcessServerBuilder.forName(name).intercept(storeApi.interceptor())
        .callExecutor(storeApi.callExecutors());
    for (BindableService service : storeApi.services()) {
      builder.addService(service);
    }
    grpc = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).maxInboundMessageSize(64 << 20).build();
    var ledger = new Ledger(meters, new Senders(SenderLimits.NONE, System::nanoTime), new Receipts(10),
        clock::instant, System::nanoTime);
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

  /// Opens one on an empty directory.
  static ConformanceStore open(Path directory, Duration window) throws Exception {
    return new ConformanceStore(options(directory, window), new MovedClock());
  }

  private static TsdbOptions options(Path directory, Duration window) {
    return new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "test",
        Duration.ofMillis(1), 0, 64 << 20, 10_000, false, WindowOptions.standard(Labels.EMPTY, window));
  }

  /// Closes this one and opens the next on its data.
  ConformanceStore restart() throws Exception {
    close();
    return new ConformanceStore(options, clock);
  }

  /// Opens a store on what a process that is killed now would leave. This one goes on.
  ///
  /// @param directory empty
  /// @param window    of the new store
  ConformanceStore crashed(Path directory, Duration window) throws Exception {
    try (Stream<Path> files = Files.walk(options.data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = directory.resolve("data").resolve(options.data().relativize(file));
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(file, copy);
      }
    }
    return new ConformanceStore(options(directory, window), clock);
  }

  private void awaitReplay() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
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

  /// What it serves besides now.
  Annotations annotations() {
    return Annotations.of(channel);
  }

  /// Starts of the windows of which something is in memory only, ms.
  List<Long> windowsInMemory() {
    return tsdb.windowsInMemory();
  }

  /// Blocks that are served.
  long blocks() {
    return tsdb.windowStats().blocks();
  }

  /// Has the memory of the window of `t`, ms, become a block now, and that of all others whose time has come.
  void cutWindowOf(long t) {
    long start = ChunkCut.windowStart(t);
    assertThat(windowsInMemory()).as("there is something to be cut").contains(start);
    long blocks = blocks();
    tsdb.stepWindows();
    assertThat(windowsInMemory()).as("what is left in memory").doesNotContain(start);
    assertThat(blocks()).isGreaterThan(blocks);
  }

  /// Lets so much time pass as for a machine that was suspended, then some more in which the windows are kept.
  ///
  /// @param done until they are so
  void passUntil(Duration time, BooleanSupplier done) {
    clock.jump(time);
    sign();
    int steps = 0;
    do {
      assertThat(steps++).as("steps of %s; in memory %s", STEP, windowsInMemory()).isLessThan(MOST_STEPS);
      step();
    } while (!done.getAsBoolean());
    // Once more, for the log to shrink.
    step();
  }

  /// Whether every window is closed.
  boolean isClosed() {
    return tsdb.windowStats().oldestOpen() == Long.MAX_VALUE;
  }

  private void step() {
    clock.pass(STEP);
    sign();
    tsdb.stepWindows();
  }

  /// A commit, by which the store says that it lives: its own thread sleeps in real time. Behind a jump of the clock the
  /// first one fails.
  private void sign() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try (Appender request = tsdb.appender()) {
        request.appendMetadata(new MetricMetadata(Annotations.SIGN, 1, "sign " + ++ticks, ""));
        if (request.commit().join() instanceof CommitOutcome.Durable) {
          return;
        }
      }
      assertThat(System.nanoTime()).as("the log is not writable").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000); // its own thread decides when
    }
  }

  /// Flips a bit in the chunks of the latest block, as a volume may.
  ///
  /// @return start of its window, ms
  long damageLatestBlock() throws IOException {
    var latest = new TreeMap<Long, Path>();
    try (Stream<Path> blocks = Files.list(options.data().resolve("blocks"))) {
      for (Path block : blocks.toList()) {
        latest.put(Block.readMeta(new LocalFileSystem(), block).minTime(), block);
      }
    }
    try (var chunks =
        FileChannel.open(latest.lastEntry().getValue().resolve("chunks/000001"), READ, WRITE)) {
      var one = ByteBuffer.allocate(1);
      long middle = chunks.size() / 2;
      chunks.read(one, middle);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      chunks.write(one, middle);
    }
    return latest.lastKey();
  }

  /// Has what readers found damaged set aside.
  void setDamagedAside() {
    tsdb.stepWindows();
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
