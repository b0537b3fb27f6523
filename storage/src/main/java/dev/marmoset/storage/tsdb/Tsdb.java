package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.ExemplarStore;
import dev.marmoset.storage.MetadataStore;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.head.HeadOptions;
import dev.marmoset.storage.head.HeadSizes;
import dev.marmoset.storage.head.HeadStats;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.PageCache;
import dev.marmoset.storage.io.ScratchDirectory;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.GroupApplier;
import dev.marmoset.storage.log.LogOptions;
import dev.marmoset.storage.log.LogStats;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.SeriesLabels;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.replica.FollowOptions;
import dev.marmoset.storage.replica.Follower;
import dev.marmoset.storage.replica.HeadIntake;
import dev.marmoset.storage.replica.LogRetention;
import dev.marmoset.storage.replica.Volume;
import dev.marmoset.storage.window.WindowKeeper;
import dev.marmoset.storage.window.WindowLogs;
import dev.marmoset.storage.window.WindowStats;
import dev.marmoset.storage.window.read.StoreView;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisteredCoverage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole store of one process: an incarnation's log on the volume and the head in memory. Thread-safe.
///
/// After [#open] writes are taken and acknowledged. Reads are complete once [#ready]: until then earlier logs are being
/// replayed, and a partial answer would be worse than none.
public final class Tsdb implements Storage, ExemplarStore, MetadataStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tsdb.class);
  private static final long KEEPER_NANOS = 1_000_000_000L;
  /// Pages of blocks that are kept in memory on a network file system.
  private static final int CACHED_BLOCK_BYTES = 32 << 20;
  private static final long STOP_MILLIS = 5_000;

  private final Seat seat;
  private final ScratchDirectory scratch;
  private final Head head;
  private final LogWriter log;
  private final Following following;
  private final Thread followThread;
  private final StoreView view;
  private final WindowKeeper keeper;
  private final WindowLogs logs;
  private final LogCleaning cleaning;
  private final Thread keeperThread;
  private volatile Optional<Uploads> uploads = Optional.empty();
  private volatile boolean closing;

  /// Where a store lives and what it is made with.
  private record Seat(TsdbOptions options, Ulid incarnation, Volume volume, FileSystem files, Clock clock,
      RandomGenerator random) {}

  /// What works on the logs.
  private record Logs(LogWriter writer, Following following, WindowLogs windows, HeadSources sources) {}

  private Tsdb(Seat seat, ScratchDirectory scratch, Head head, Logs logs, StoreView view,
      WindowKeeper keeper) {
    this.cleaning = new LogCleaning(new LogRetention(seat.files(), seat.clock(), seat.options().data()),
        logs.writer(), logs.following(), logs.sources(), seat.clock());
    this.view = view;
    this.keeper = keeper;
    this.keeperThread = Thread.ofPlatform().name("windows").daemon().unstarted(this::keepWindows);
    this.seat = seat;
    this.logs = logs.windows();
    this.scratch = scratch;
    this.head = head;
    this.log = logs.writer();
    this.following = logs.following();
    this.followThread = Thread.ofPlatform().name("follow").daemon().unstarted(following);
  }

  /// Opens the store: from the return on writes are taken; the replay runs on a thread of its own.
  ///
  /// @param random a source that no other process shares or can foresee
  /// @throws IOException if the data or the scratch directory cannot be used; the message says for what
  public static Tsdb open(TsdbOptions options, FileSystem files, Clock clock, RandomGenerator random)
      throws IOException {
    return open(options, new UlidGenerator(clock, random).next(), files, clock, random);
  }

  private static SealedFiles access(TsdbOptions options, FileSystem files) {
    return options.network() ? SealedFiles.cached(files, new PageCache(CACHED_BLOCK_BYTES))
        : SealedFiles.mapped();
  }

  /// Opens the store under an incarnation that was made before, because others had to know it first.
  ///
  /// @param incarnation new for this process start, never used before
  /// @throws IOException as above
  public static Tsdb open(TsdbOptions options, Ulid incarnation, FileSystem files, Clock clock,
      RandomGenerator random) throws IOException {
    Tsdb tsdb = open(options, incarnation, files, clock, random, LogWriter::open);
    tsdb.followThread.start();
    return tsdb;
  }

  /// The same without any thread, for tests: whoever commits writes the log, and [#stepLogs] does what the thread for the
  /// logs of others does.
  static Tsdb openIdle(TsdbOptions options, Ulid incarnation, FileSystem files, Clock clock,
      RandomGenerator random) throws IOException {
    return open(options, incarnation, files, clock, random, LogWriter::openIdle);
  }

  private interface LogOpening {
    LogWriter open(LogOptions options, FileSystem files, AcceptanceClock acceptance, RandomGenerator random,
        SeriesLabels labels, GroupApplier applier) throws IOException;
  }

  private static Tsdb open(TsdbOptions options, Ulid incarnation, FileSystem files, Clock clock,
      RandomGenerator random, LogOpening opening) throws IOException {
    Volume volume = Volume.open(files, options.data(), incarnation);
    ScratchDirectory scratch = ScratchDirectory.open(options.scratch(), incarnation);
    var acceptance = new AcceptanceClock(clock);
    var head =
        new Head(new HeadOptions(scratch.path(), options.acceptanceWindow().toMillis(), options.maxSeries(),
            options.offHeapBytes(), options.maxExemplars()), acceptance, random);
    var gate = new ReplayGate(head);
    try {
      LogWriter log = opening.open(LogOptions.standard(options.data(), incarnation, options.version(),
          options.acceptanceWindow(), options.commitInterval(), options.windows().cutDelay()), files,
          acceptance, random, head,
          gate);
      var sources = new HeadSources();
      var peers = new LogPeers(log, clock);
      var follower = new Follower(
          new FollowOptions(options.data(), incarnation, options.version(), FollowOptions.INTERVAL), files,
          clock,
          random, () -> new HeadIntake(head, sources), peers);
      var recovery = new Recovery(files, options.data(), incarnation, new Recovery.Into(head, gate, sources),
          log::position, follower);
      var following = new Following(recovery, follower, log, peers, clock);
      var view = new StoreView(head);
      var logs = new LogsOfTsdb(files, options, log, following, sources, head, clock);
      // After the own log exists: whoever closes a window either sees that log or is seen here.
      var keeper = WindowKeeper.open(options.windows(),
          new WindowKeeper.Place(files, access(options, files), options.data(), volume.id(), scratch.path(),
              incarnation),
          logs, head, view, clock, random);
      // What is left out of the replay is what the blocks served from here on hold.
      sources.leaveOut(RegisteredCoverage.served(keeper.states().values(), served(view)));
      peers.onChange(keeper::refreshSoon);
      return new Tsdb(new Seat(options, incarnation, volume, files, clock, random), scratch, head,
          new Logs(log, following, logs, sources), view, keeper);
    } catch (IOException e) {
      head.close();
      scratch.close();
      throw e;
    }
  }

  @Override
  public Appender appender() {
    return head.appender(log);
  }

  @Override
  public LabelHash labelHash() {
    return head.labelHash();
  }

  @Override
  public Querier querier(TimeRange range) {
    return view.querier(range);
  }

  @Override
  public long oldestTime() {
    return view.oldestTime();
  }

  @Override
  public List<ExemplarSeries> exemplars(TimeRange range, List<List<Matcher>> selectors) throws IOException {
    return head.exemplars(range, selectors);
  }

  @Override
  public List<MetricMetadata> metadata(String family, int limit) {
    return head.metadata(family, limit);
  }

  /// This process start: names the log, and the replica where nothing better does.
  public Ulid incarnation() {
    return seat.incarnation();
  }

  /// Identity of the volume.
  public Ulid volumeId() {
    return seat.volume().id();
  }

  /// Why writes are not taken, fit for a sender; empty when they are.
  public Optional<String> notWritable() {
    return log.refusal().or(head::fault);
  }

  /// Why not all data is served; empty when it is.
  public Optional<String> notReady() {
    return following.notReady().or(head::lostData).or(keeper::unreadable);
  }

  /// Whether the lease of this incarnation is lost for good, so that the process must end.
  public boolean isOver() {
    return log.isOver();
  }

  /// How far the replay of earlier logs is.
  public ReplayProgress replayProgress() {
    return following.progress();
  }

  /// Segments and logs of which a part could not be read at the start.
  public long damagedSegments() {
    return following.damaged();
  }

  /// What the log counts.
  public LogStats logStats() {
    return log.stats();
  }

  /// What the head counts.
  public HeadStats headStats() {
    return head.stats();
  }

  /// Sizes of the head's parts, now.
  public HeadSizes headSizes() {
    return head.sizes();
  }

  /// Ends the log in good order, waiting for the last commit, and releases everything. Nothing may use the store any
  /// more. Takes at most about 15 s, also with a stalled volume.
  @Override
  public void close() throws IOException {
    end(log::close);
  }

  /// Ends as a killed process would, for tests: nothing is committed or sealed.
  public void kill() throws IOException {
    end(log::kill);
  }

  private void end(Runnable endOfLog) throws IOException {
    closing = true;
    following.stop();
    LockSupport.unpark(followThread);
    keeper.stop();
    LockSupport.unpark(keeperThread);
    endOfLog.run();
    join(followThread);
    if (!followThread.isAlive()) {
      following.close();
    }
    join(keeperThread);
    try (scratch) {
      keeper.close();
      head.close();
    }
  }

  /// Has committed blocks brought to a bucket from now on, on a thread of its own. To be called once.
  ///
  /// @param store       the bucket; closed with the uploads
  /// @param adoptLabels whether external labels that another volume has published under are taken over
  /// @throws IllegalArgumentException if the store has no external label: Thanos takes no such block
  public Uploads uploadTo(ObjectStore store, boolean adoptLabels) {
    Uploads started = uploads(store, adoptLabels);
    started.start();
    uploads = Optional.of(started);
    return started;
  }

  /// The same without the thread, for tests.
  Uploads uploads(ObjectStore store, boolean adoptLabels) {
    Labels labels = seat.options().windows().labels();
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("uploading to " + store.name() + ": there is no external label");
    }
    var origin = new Uploads.Origin(seat.files(), seat.options().data(),
        new BucketIdentity(seat.volume().id(), labels), seat.incarnation(), keeper, logs);
    return new Uploads(origin, store, adoptLabels, seat.clock(), seat.random());
  }

  /// Starts the thread that keeps windows. Without it, for tests, [#stepWindows] does.
  public Tsdb keepingWindows() {
    keeperThread.start();
    return this;
  }

  /// Does once what the thread for windows does every second, where nobody has started that.
  public void stepWindows() {
    keeper.step();
    cleaning.step(keeper.states().values(), served(view));
    if (following.progress().done()) {
      head.removeEnded(log);
    }
  }

  /// Does once what the thread for the logs of others does, for tests; the first time the replay too.
  void stepLogs() {
    following.step();
  }

  /// Does what the thread of the log does when it is woken, for tests.
  void stepLog() {
    log.wake();
  }

  /// Starts of the windows of which samples are served from memory, because no block has them yet, ms, ascending.
  public List<Long> windowsInMemory() {
    return head.windowsInMemory();
  }

  private static Set<Ulid> served(StoreView view) {
    return view.blocks().stream().map(block -> block.meta().ulid()).collect(Collectors.toSet());
  }

  /// What is counted about windows and blocks.
  public WindowStats windowStats() {
    return keeper.stats();
  }

  /// What is counted about the logs of all processes on the volume.
  public ReplicaStats replicaStats() {
    return ReplicaStats.of(log, following.follower(), cleaning.retention());
  }

  private void keepWindows() {
    while (!closing) {
      try {
        stepWindows();
        if (!keeper.notUploaded().isEmpty()) {
          uploads.ifPresent(Uploads::wake);
        }
      } catch (RuntimeException | Error e) {
        // Top of the thread: a defect must not end the keeping of all windows.
        LOG.error("step of the keeper of windows", e);
      }
      LockSupport.parkNanos(this, KEEPER_NANOS);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
