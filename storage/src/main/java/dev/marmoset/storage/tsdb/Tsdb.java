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
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.LogOptions;
import dev.marmoset.storage.log.LogStats;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.replica.Volume;
import dev.marmoset.storage.window.WindowKeeper;
import dev.marmoset.storage.window.WindowStats;
import dev.marmoset.storage.window.read.StoreView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
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
  private static final long STOP_RECOVERY_MILLIS = 5_000;

  private final Volume volume;
  private final Ulid incarnation;
  private final ScratchDirectory scratch;
  private final Head head;
  private final LogWriter log;
  private final Recovery recovery;
  private final Thread recoveryThread;
  private final StoreView view;
  private final WindowKeeper keeper;
  private final Thread keeperThread;
  private volatile boolean closing;

  private Tsdb(Volume volume, Ulid incarnation, ScratchDirectory scratch, Head head, LogWriter log,
      Recovery recovery, StoreView view, WindowKeeper keeper) {
    this.view = view;
    this.keeper = keeper;
    this.keeperThread = Thread.ofPlatform().name("windows").daemon().unstarted(this::keepWindows);
    this.volume = volume;
    this.incarnation = incarnation;
    this.scratch = scratch;
    this.head = head;
    this.log = log;
    this.recovery = recovery;
    this.recoveryThread = Thread.ofPlatform().name("recovery").daemon().unstarted(recovery);
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
    Volume volume = Volume.open(files, options.data(), incarnation);
    ScratchDirectory scratch = ScratchDirectory.open(options.scratch(), incarnation);
    var acceptance = new AcceptanceClock(clock);
    var head =
        new Head(new HeadOptions(scratch.path(), options.acceptanceWindow().toMillis(), options.maxSeries(),
            options.offHeapBytes(), options.maxExemplars()), acceptance, random);
    var gate = new ReplayGate(head);
    try {
      LogWriter log = LogWriter.open(LogOptions.standard(options.data(), incarnation, options.version(),
          options.acceptanceWindow(), options.commitInterval(), options.windows().cutDelay()), files,
          acceptance, random, head,
          gate);
      var recovery = new Recovery(files, options.data(), incarnation, head, gate, log::position);
      var view = new StoreView(head);
      // After the own log exists: whoever closes a window either sees that log or is seen here.
      var keeper = WindowKeeper.open(options.windows(),
          new WindowKeeper.Place(files, access(options, files), options.data(), volume.id(), scratch.path(),
              incarnation),
          new LogsOfTsdb(files, options, log, recovery), head, view, clock, random);
      var tsdb = new Tsdb(volume, incarnation, scratch, head, log, recovery, view, keeper);
      tsdb.recoveryThread.start();
      return tsdb;
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
    return incarnation;
  }

  /// Identity of the volume.
  public Ulid volumeId() {
    return volume.id();
  }

  /// Why writes are not taken, fit for a sender; empty when they are.
  public Optional<String> notWritable() {
    return log.refusal().or(head::fault);
  }

  /// Why not all data is served; empty when it is.
  public Optional<String> notReady() {
    ReplayProgress progress = recovery.progress();
    return progress.done() ? head.lostData() : Optional.of(progress.toString());
  }

  /// Whether the lease of this incarnation is lost for good, so that the process must end.
  public boolean isOver() {
    return log.isOver();
  }

  /// How far the replay of earlier logs is.
  public ReplayProgress replayProgress() {
    return recovery.progress();
  }

  /// Segments and logs of which a part could not be read at the start.
  public long damagedSegments() {
    return recovery.damaged();
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
    recovery.stop();
    keeper.stop();
    LockSupport.unpark(keeperThread);
    endOfLog.run();
    join(recoveryThread);
    join(keeperThread);
    try (scratch) {
      keeper.close();
      head.close();
    }
  }

  /// Starts the thread that keeps windows. Without it, for tests, [#stepWindows] does.
  public Tsdb keepingWindows() {
    keeperThread.start();
    return this;
  }

  /// Does once what the thread for windows does every second.
  void stepWindows() {
    keeper.step();
  }

  /// What is counted about windows and blocks.
  public WindowStats windowStats() {
    return keeper.stats();
  }

  private void keepWindows() {
    while (!closing) {
      try {
        keeper.step();
      } catch (RuntimeException | Error e) {
        // Top of the thread: a defect must not end the keeping of all windows.
        LOG.error("step of the keeper of windows", e);
      }
      LockSupport.parkNanos(this, KEEPER_NANOS);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join(STOP_RECOVERY_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
