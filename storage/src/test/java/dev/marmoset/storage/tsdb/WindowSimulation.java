package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.io.UnforcedFileSystem;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.objstore.UnforcedBucket;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// A store on real files under a virtual clock: days pass in seconds. Its windows are kept step by step.
final class WindowSimulation implements AutoCloseable {
  static final long STEP_MS = 12_000;
  private static final long LOOK_MS = 3_000;
  private static final int STEPS_PER_REQUEST = 10;

  final VirtualClock clock = new VirtualClock();
  final UnforcedFileSystem files = new UnforcedFileSystem();
  final Path data;
  private final Path scratch;
  private final Random random;
  private final WindowOptions windows;
  private final Map<Labels, TreeMap<Long, Long>> sent = new HashMap<>();
  private int steps;
  /// Whose series send from now on; empty: those of no task.
  String task = "";
  private Optional<Path> bucket = Optional.empty();
  Tsdb tsdb;
  private Optional<Uploads> uploads = Optional.empty();

  WindowSimulation(Path directory, long seed, WindowOptions windows) throws IOException {
    this.data = directory.resolve("data");
    this.scratch = directory.resolve("scratch");
    this.random = new Random(seed);
    this.windows = windows;
    this.tsdb = open();
  }

  /// Has blocks uploaded to a directory from now on.
  void uploadTo(Path directory) {
    bucket = Optional.of(directory);
    openBucket();
  }

  private void openBucket() {
    uploads = bucket.map(directory -> tsdb.uploads(UnforcedBucket.open(directory), false));
  }

  /// Lets time pass while samples come: every two minutes one of each series, now and then late ones.
  ///
  /// @param series how many series send
  /// @param late   with how many of 100 requests each series sends a late sample as well
  void run(Duration duration, int series, int late) throws IOException {
    for (long end = clock.wallMillis() + duration.toMillis(); clock.wallMillis() < end;) {
      clock.pass(STEP_MS);
      try (Appender request = tsdb.appender()) {
        // The log says that it lives every 5 s of its own, which here nobody wakes it for.
        append(request, Labels.of("__name__", "tick"), clock.wallMillis());
        boolean due = ++steps % STEPS_PER_REQUEST == 0;
        if (due) {
          fill(request, series, late);
        }
        assertThat(request.commit()).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
      }
      if (steps % STEPS_PER_REQUEST == 0) {
        tsdb.stepLogs();
        tsdb.stepWindows();
        uploads.ifPresent(Uploads::step);
      }
    }
  }

  private void fill(Appender request, int series, int late) {
    for (int i = 0; i < series; i++) {
      var labels = task.isEmpty() ? Labels.of("__name__", "m", "n", "" + i)
          : Labels.of("__name__", "m", "n", "" + i, "task", task);
      append(request, labels, clock.wallMillis() - random.nextInt(1000));
      if (random.nextInt(100) < late) {
        append(request, labels,
            clock.wallMillis() - random.nextLong(windows.acceptanceWindow().toMillis() - 60_000));
      }
    }
  }

  private void append(Appender request, Labels labels, long t) {
    // One value per series and time: what is sent twice is the same again.
    long bits = Double.doubleToRawLongBits((t / 1000 + labels.hashCode()) % 1009);
    byte[] region = LabelRegion.encode(labels);
    long ref = request.create(region, 0, region.length);
    assertThat(request.append(ref, t, bits).accepted()).as("sample at %d", t).isTrue();
    sent.computeIfAbsent(labels, _ -> new TreeMap<>()).put(t, bits);
  }

  /// All that was sent, by series and time, raw bits.
  Map<Labels, TreeMap<Long, Long>> sent() {
    return sent;
  }

  /// All that is read back in a range.
  Map<Labels, TreeMap<Long, Long>> read(TimeRange range) throws IOException {
    var all = new HashMap<Labels, TreeMap<Long, Long>>();
    try (Querier querier = tsdb.querier(range)) {
      SeriesSet series = querier.select(List.of());
      while (series.next()) {
        var samples = all.computeIfAbsent(series.series().labels(), _ -> new TreeMap<>());
        decode(series.series().chunks(), samples);
      }
    }
    return all;
  }

  /// Adds the samples of float chunks, none of which may be there already.
  static void decode(List<Chunk> chunks, TreeMap<Long, Long> samples) {
    for (Chunk chunk : chunks) {
      var floats = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
      while (floats.next()) {
        assertThat(samples.put(floats.time(), floats.valueBits())).isNull();
      }
      assertThat(floats.corruption()).isEmpty();
    }
  }

  /// Ends the store in good order and starts it again.
  void restart() throws IOException {
    close();
    tsdb = open();
    openBucket();
  }

  /// The logs of the dead are sealed when they have been silent for 45 s.
  private void awaitSeals() throws IOException {
    for (int i = 0; LogCatalog.read(files, data).logs().stream().filter(log -> !log.sealed())
        .count() > 1; i++) {
      assertThat(i).as("looks at the log of a dead process").isLessThan(50);
      clock.pass(LOOK_MS);
      try (Appender request = tsdb.appender()) {
        append(request, Labels.of("__name__", "tick"), clock.wallMillis());
        assertThat(request.commit()).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
      }
      tsdb.stepLogs();
    }
  }

  /// Ends the store as `kill -9` would and starts it again.
  void crash() throws IOException {
    uploads.ifPresent(Uploads::close);
    tsdb.kill();
    tsdb = open();
    openBucket();
    awaitSeals();
  }

  private Tsdb open() throws IOException {
    var options = new TsdbOptions(data, scratch, "test", Duration.ZERO, 0, Long.MAX_VALUE, 0, false, windows);
    Tsdb opened = Tsdb.openIdle(options, new UlidGenerator(clock, random).next(), files, clock, random);
    opened.stepLogs();
    assertThat(opened.notReady()).isEmpty();
    return opened;
  }

  @Override
  public void close() throws IOException {
    uploads.ifPresent(Uploads::close);
    tsdb.close();
  }
}
