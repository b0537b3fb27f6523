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
import dev.marmoset.storage.io.ScratchDirectory;
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
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The whole store of one process: an incarnation's log on the volume and the head in memory. Thread-safe.
///
/// After [#open] writes are taken and acknowledged. Reads are complete once [#ready]: until then earlier logs are being
/// replayed, and a partial answer would be worse than none.
public final class Tsdb implements Storage, ExemplarStore, MetadataStore, AutoCloseable {
  /// When a window's end is followed by a new segment of the log (`--tsdb.cut-delay`).
  private static final Duration CUT_DELAY = Duration.ofMinutes(5);
  private static final long STOP_RECOVERY_MILLIS = 5_000;

  private final Volume volume;
  private final Ulid incarnation;
  private final ScratchDirectory scratch;
  private final Head head;
  private final LogWriter log;
  private final Recovery recovery;
  private final Thread recoveryThread;

  private Tsdb(Volume volume, Ulid incarnation, ScratchDirectory scratch, Head head, LogWriter log,
      Recovery recovery) {
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
          options.acceptanceWindow(), options.commitInterval(), CUT_DELAY), files, acceptance, random, head,
          gate);
      var recovery = new Recovery(files, options.data(), incarnation, head, gate, log::position);
      var tsdb = new Tsdb(volume, incarnation, scratch, head, log, recovery);
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
    return head.querier(range);
  }

  @Override
  public long oldestTime() {
    return head.oldestTime();
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
    recovery.stop();
    log.close();
    join();
    try (scratch) {
      head.close();
    }
  }

  /// Ends as a killed process would, for tests: nothing is committed or sealed.
  public void kill() throws IOException {
    recovery.stop();
    log.kill();
    join();
    try (scratch) {
      head.close();
    }
  }

  private void join() {
    try {
      recoveryThread.join(STOP_RECOVERY_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
