package dev.marmoset.server;

import dev.marmoset.ingest.Ledger;
import dev.marmoset.ingest.RemoteWriteHandler;
import dev.marmoset.ingest.WriteRequestHead;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.account.Receipts;
import dev.marmoset.ingest.account.Senders;
import dev.marmoset.server.Readiness.Stage;
import dev.marmoset.server.config.ByteSizes;
import dev.marmoset.server.config.Durations;
import dev.marmoset.server.config.LoadedConfig;
import dev.marmoset.server.config.ServerConfig;
import dev.marmoset.server.http.HttpServer;
import dev.marmoset.server.http.Router;
import dev.marmoset.server.http.WriteEndpoint;
import dev.marmoset.server.http.WriteTraffic;
import dev.marmoset.server.metrics.LatenessMetrics;
import dev.marmoset.server.metrics.MetricRegistry;
import dev.marmoset.server.metrics.ProcessMetrics;
import dev.marmoset.server.metrics.SelfMonitoring;
import dev.marmoset.server.metrics.TsdbMetrics;
import dev.marmoset.server.objstore.MeteredObjectStore;
import dev.marmoset.server.objstore.UploadMetrics;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.tsdb.Tsdb;
import dev.marmoset.storage.tsdb.Uploads;
import dev.marmoset.storeapi.StoreApi;
import dev.marmoset.storeapi.write.WriteableStoreService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The table of contents of a running server: what is made of what, opened in this order, closed in reverse.
///
/// Belongs to one thread, which calls [#start], waits for [#stopRequested] and calls [#stop].
final class Assembly {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private static final Duration WATCH = Duration.ofMillis(250);
  private static final Duration REFRESH_INFO = Duration.ofSeconds(1);
  private static final Duration FIRST_SELF_MONITORING = Duration.ofSeconds(1);
  /// No write for so long: senders have gone elsewhere.
  private static final Duration QUIET = Duration.ofSeconds(1);
  /// thanos-query polls every 5 s.
  private static final Duration ONE_POLL = Duration.ofSeconds(6);
  /// What the store's close promises, and a little.
  private static final Duration CLOSE_STORE = Duration.ofSeconds(17);
  private static final Duration STOP_HTTP = Duration.ofSeconds(5);
  /// By which a step may overrun what it waits for.
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final ServerConfig config;
  private final BuildInfo build;
  private final SystemClock clock = new SystemClock();
  private final SecureRandom random = new SecureRandom();
  private final Ulid incarnation = new UlidGenerator(clock, random).next();
  private final ReplicaIdentity identity;
  private final MetricRegistry metrics = new MetricRegistry();
  private final ProcessMetrics processMetrics = new ProcessMetrics(metrics.meters());
  private final LateStorage storage = new LateStorage();
  private final HeapGuard heap = new HeapGuard(ManagementFactory.getMemoryPoolMXBeans(), System::gc);
  private final Readiness readiness = new Readiness(clock::nanos, heap);
  private final WriteTraffic traffic = new WriteTraffic(clock::nanos);
  private final PollWatch polls = new PollWatch(clock::nanos);
  private final Maintenance maintenance = new Maintenance();
  private final CompletableFuture<StopReason> stopRequested = new CompletableFuture<>();
  private final RemoteWriteHandler remoteWrite;
  private final StoreApi storeApi;
  private final Doors doors;
  private final GrpcServer grpc;
  private final Router router = new Router();
  private final HttpServer http;
  private boolean announcedReady;
  private Optional<Uploads> uploads = Optional.empty();

  /// @param metadataUri base address of the ECS task metadata; empty off ECS
  /// @throws StartException if certificates cannot be read
  Assembly(LoadedConfig.Valid loaded, BuildInfo build, String metadataUri) throws StartException {
    this.config = loaded.config();
    this.build = build;
    this.identity = ReplicaIdentity.of(incarnation.toString(), config.identity().replicaValue(), metadataUri);
    var receipts = new Receipts(config.receive().receipts());
    var ledger =
        new Ledger(metrics.meters(), new Senders(Limits.ofSenders(config), clock::nanos), receipts, clock,
            clock::nanos);
    LatenessMetrics.register(metrics, ledger.lateness());
    this.remoteWrite = new RemoteWriteHandler(storage, readiness, ledger, Limits.ofWrites(config));
    this.storeApi =
        new StoreApi(storage, Limits.ofReads(config, identity), readiness, clock, metrics.meters());
    this.doors = new Doors(config.doors(), clock, random, metrics.meters());
    var routed = new WriteableStoreService(
        (head, body) -> traffic.during(() -> remoteWrite.handle(head, body)),
        Limits.routedBytes(config));
    this.grpc = new GrpcServer(config, doors.grpcTls(), storeApi, routed,
        new GrpcServer.Entrance(doors.rpcGuard(), polls,
            new GrpcConnections(config.grpc().maxConnections(), clock::nanos, metrics.meters())));
    new WriteEndpoint(remoteWrite::handle, traffic, config.receive().tenants().header(), clock::nanos)
        .addTo(router);
    new ReceiptsPage(receipts).addTo(router);
    new AdminPages(build, loaded.settings(), readiness, metrics, storage::opened).addTo(router);
    if (config.http().lifecycle()) {
      AdminPages.addLifecycleTo(router, () -> stopRequested.complete(StopReason.QUIT));
    }
    this.http =
        new HttpServer(new HttpServer.Listen(config.http().address().host(), config.http().address().port(),
            config.http().maxConnections(), STOP_HTTP), router, doors.http(), metrics.meters());
    new ServerMetrics(metrics.meters(), build, identity, readiness);
  }

  /// Where the server listens.
  ///
  /// @param http address of the HTTP listener
  /// @param grpc address of the gRPC listener
  record Listening(InetSocketAddress http, InetSocketAddress grpc) {}

  /// Opens the listeners, which refuse at first, then the store, which takes writes from then on.
  ///
  /// @throws StartException if something cannot be opened; what was opened before is closed again
  Listening start() throws StartException {
    try {
      // gRPC first: a refused port sends queriers into a back-off of half a minute.
      var grpcAddress = listen("grpc", "--grpc-address " + config.grpc().address(), grpc::start);
      var httpAddress = listen("http", "--http-address " + config.http().address(), http::start);
      open();
      return new Listening(httpAddress, grpcAddress);
    } catch (StartException e) {
      stop();
      throw e;
    }
  }

  /// Completes when the server should stop.
  CompletableFuture<StopReason> stopRequested() {
    return stopRequested;
  }

  /// Every route of HTTP, see [Router#listing], and every rpc as `service/method`.
  List<String> listDoors() {
    return Stream.concat(router.listing().stream(), grpc.rpcs().stream()).toList();
  }

  /// Takes renewed certificates now; done in the background as well.
  void reloadDoors() {
    doors.reload();
  }

  /// Whether all data is served.
  boolean ready() {
    return readiness.notReady().isEmpty();
  }

  /// Stops in good order; nothing may use the server any more. Bounded by [Shutdown#BUDGET].
  ///
  /// @return whether every step came to a good end in time
  boolean stop() {
    return stop(QUIET, ONE_POLL);
  }

  /// The same with other waits for the world outside, for tests in which there is none.
  ///
  /// @param quiet   for how long no write may have come before writes are refused
  /// @param onePoll how often queriers poll
  boolean stop(Duration quiet, Duration onePoll) {
    var shutdown = new Shutdown(clock::nanos);
    var grace = config.http().gracePeriod();
    if (storage.opened().isPresent()) {
      shutdown.step("drain", grace.plus(SLACK), () -> {
        readiness.enter(Stage.LEAVING, "told to stop");
        grpc.ready(false);
        traffic.leave();
        traffic.awaitQuiet(quiet, grace);
      });
      shutdown.step("refuse-writes", SLACK.plus(SLACK), () -> {
        readiness.enter(Stage.SEALED, "no more writes");
        traffic.awaitQuiet(Duration.ZERO, SLACK);
      });
      shutdown.step("leave-queriers", onePoll.plus(SLACK), () -> {
        boolean polled = polls.polledWithin(onePoll);
        readiness.enter(Stage.RETIRED, polled ? "queriers have one poll to see it" : "nobody polls");
        if (polled) {
          Thread.sleep(onePoll);
        }
      });
    }
    shutdown.step("grpc", config.grpc().gracePeriod().plus(SLACK), () -> {
      if (!grpc.stop(config.grpc().gracePeriod())) {
        LOG.atWarn().log("calls that still ran were cut off");
      }
    });
    shutdown.step("http", STOP_HTTP.plus(SLACK), http::stop);
    shutdown.step("maintenance", SLACK, maintenance::close);
    shutdown.step("store-api", SLACK, storeApi::close);
    uploads.ifPresent(running -> shutdown.step("upload", SLACK, running::close));
    storage.opened().ifPresent(tsdb -> shutdown.step("log", CLOSE_STORE, tsdb::close));
    shutdown.step("metrics", SLACK, () -> {
      processMetrics.close();
      metrics.close();
    });
    return shutdown.run();
  }

  private interface Listener {
    InetSocketAddress start() throws IOException;
  }

  private static InetSocketAddress listen(String component, String flag, Listener listener)
      throws StartException {
    try {
      var address = listener.start();
      LOG.atInfo().addKeyValue("component", component)
          .addKeyValue("address", address.getAddress().getHostAddress() + ":" + address.getPort())
          .log("listening");
      return address;
    } catch (IOException e) {
      throw new StartException(ExitCode.ADDRESS_IN_USE, "listening on " + flag + ": " + rootMessage(e), e);
    }
  }

  private void open() throws StartException {
    try {
      var setup = StorageSetup.of(config, build.version());
      LOG.atInfo().addKeyValue("version", build.version()).addKeyValue("incarnation", incarnation)
          .addKeyValue("replica", identity.value()).addKeyValue("task", identity.taskId().orElse("none"))
          .addKeyValue("data", setup.options().data().toAbsolutePath())
          .addKeyValue("filesystem", setup.fileSystem()).addKeyValue("scratch", setup.options().scratch())
          .addKeyValue("window", Durations.format(setup.options().acceptanceWindow()))
          .addKeyValue("commit_interval", Durations.format(setup.options().commitInterval()))
          .addKeyValue("memory", ByteSizes.format(setup.options().offHeapBytes()))
          .addKeyValue("heap", ByteSizes.format(Runtime.getRuntime().maxMemory())).log("opening the store");
      var tsdb =
          Tsdb.open(setup.options(), incarnation, new LocalFileSystem(), clock, random).keepingWindows();
      storage.attach(tsdb);
      new TsdbMetrics(metrics.meters(), tsdb);
      heap.register(metrics.meters());
      readiness.opened(tsdb);
      upload(tsdb);
      maintain(tsdb);
    } catch (IOException e) {
      throw new StartException(ExitCode.DATA_PATH_UNUSABLE,
          "opening --tsdb.path " + config.tsdb().path().toAbsolutePath() + ": " + rootMessage(e), e);
    }
  }

  private void upload(Tsdb tsdb) throws StartException {
    var settings = config.bucket().settings();
    if (settings.isEmpty()) {
      return;
    }
    try {
      var store = new MeteredObjectStore(settings.get().open(), metrics.meters(), clock);
      var started = tsdb.uploadTo(store, config.bucket().adoptLabels());
      uploads = Optional.of(started);
      new UploadMetrics(metrics.meters(), started.stats());
      LOG.atInfo().addKeyValue("bucket", store.name()).log("blocks go to a bucket");
    } catch (IOException e) {
      throw new StartException(ExitCode.DATA_PATH_UNUSABLE,
          "opening the bucket of --objstore.config: " + rootMessage(e), e);
    }
  }

  private void maintain(Tsdb tsdb) {
    maintenance.schedule("watch", Duration.ZERO, WATCH, () -> watch(tsdb));
    maintenance.schedule("certificates", Doors.RELOAD, Doors.RELOAD, doors::reload);
    maintenance.schedule("info", Duration.ZERO, REFRESH_INFO, storeApi::refreshInfo);
    if (config.selfMonitoring().enabled()) {
      var monitoring = new SelfMonitoring(metrics, identity.value(), clock, this::writeOwn);
      maintenance.schedule("self-monitoring", FIRST_SELF_MONITORING, config.selfMonitoring().interval(),
          monitoring::run);
    }
  }

  private void watch(Tsdb tsdb) {
    heap.check();
    boolean ready = ready();
    if (ready != announcedReady) {
      announcedReady = ready;
      grpc.ready(ready);
      LOG.atInfo().addKeyValue("ready", ready)
          .addKeyValue("reason", readiness.notReady().orElse(tsdb.replayProgress().toString()))
          .log("readiness");
    }
    if (tsdb.isOver()) {
      stopRequested.complete(StopReason.LEASE_LOST);
    }
  }

  /// The own metrics take the way of every other sender.
  private boolean writeOwn(byte[] request) {
    var head =
        new WriteRequestHead("POST", "application/x-protobuf", "identity", "marmoset/" + build.version(),
            "0.1.0", request.length, Origin.UNKNOWN);
    var response = remoteWrite.handle(head, new ByteArrayInputStream(request));
    if (response.status() >= 300) {
      LOG.atDebug().addKeyValue("status", response.status()).addKeyValue("said", response.body())
          .log("own metrics were not stored");
    }
    return response.status() < 300;
  }

  /// What the system said, without the layers above it.
  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == thrown ? String.valueOf(thrown.getMessage())
        : thrown.getMessage() + " (" + root.getMessage() + ")";
  }
}
