package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.io.MortalFileSystem;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Several stores on one directory of real files under one virtual clock, stepped one after the other: they join, leave,
/// die, and at any time each must answer with all that any of them has acknowledged.
final class ReplicaSimulation implements AutoCloseable {
  /// Within the lease.
  static final long STEP_MS = 13_000;
  private static final int STEPS_PER_ROUND = 9;
  private static final long TICK_MS = 5_000;
  /// Often enough to see that a log is silent.
  private static final long LOOK_MS = 4_000;
  /// All logs are looked at again after it.
  private static final long FOLLOW_MS = 1_200;
  private static final Labels TICK = Labels.of("__name__", "tick");

  /// A sample that was acknowledged.
  private record Event(Labels labels, long t) {}

  /// One process.
  final class Replica {
    final MortalFileSystem files = new MortalFileSystem(volume);
    final Tsdb tsdb;
    private final Optional<Uploads> uploads;
    /// What it must have: its own at once, that of others once it has followed their logs.
    private final Map<Labels, TreeMap<Long, Long>> known = new HashMap<>();
    private int followed;

    private Replica(WindowOptions windows, Predicate<Path> unreadable) throws IOException {
      files.unreadable(unreadable);
      var options = new TsdbOptions(data, directory.resolve("scratch-" + started++), "test", Duration.ZERO, 0,
          Long.MAX_VALUE, 0, false, windows);
      tsdb = Tsdb.openIdle(options, new UlidGenerator(clock, random).next(), files, clock, random);
      uploads = bucket.map(path -> tsdb.uploads(UnforcedBucket.open(path), false));
      follow();
    }

    /// Sends one sample, and notes it as acknowledged.
    void send(Labels labels, long t) {
      try (Appender request = tsdb.appender()) {
        append(request, labels, t);
        assertThat(request.commit()).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
      }
      know(new Event(labels, t));
      events.add(new Event(labels, t));
    }

    /// Reads what the others have written, if that is due.
    void follow() {
      tsdb.stepLogs();
      for (; followed < events.size(); followed++) {
        know(events.get(followed));
      }
    }

    private void know(Event event) {
      known.computeIfAbsent(event.labels(), _ -> new TreeMap<>()).put(event.t(),
          bits(event.labels(), event.t()));
    }

    /// Does what is due for windows and uploads.
    void keep() {
      files.work(() -> {
        tsdb.stepWindows();
        uploads.ifPresent(Uploads::step);
      });
      // What it has to tell the others about windows.
      tsdb.stepLog();
    }

    /// It answers with all it must have, and nothing that nobody has acknowledged.
    void assertHasWhatItKnows(TimeRange range) throws IOException {
      var answer = read(range);
      assertThat(missing(part(known, range), answer)).as("missing at %d by %s", clock.wallMillis(),
          tsdb.incarnation()).isEmpty();
      assertThat(missing(answer, sent)).as("made up at %d by %s", clock.wallMillis(), tsdb.incarnation())
          .isEmpty();
    }

    Map<Labels, TreeMap<Long, Long>> read(TimeRange range) throws IOException {
      var all = new HashMap<Labels, TreeMap<Long, Long>>();
      try (Querier querier = tsdb.querier(range)) {
        SeriesSet series = querier.select(List.of());
        while (series.next()) {
          var samples = all.computeIfAbsent(series.series().labels(), _ -> new TreeMap<>());
          WindowSimulation.decode(series.series().chunks(), samples);
          // Chunks that overlap the range come whole.
          samples.headMap(range.mint(), false).clear();
          samples.tailMap(range.maxt(), false).clear();
        }
      }
      all.values().removeIf(TreeMap::isEmpty);
      return all;
    }

    private void end(boolean clean) throws IOException {
      uploads.ifPresent(Uploads::close);
      written += tsdb.windowStats().blockBytes();
      if (clean) {
        tsdb.close();
      } else {
        tsdb.kill();
      }
      replicas.remove(this);
    }
  }

  final VirtualClock clock = new VirtualClock();
  final UnforcedFileSystem volume = new UnforcedFileSystem();
  final Path data;
  final List<Replica> replicas = new ArrayList<>();
  private final Path directory;
  final Random random;
  private final WindowOptions windows;
  private final Optional<Path> bucket;
  private final Map<Labels, TreeMap<Long, Long>> sent = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private long tickedAt;
  /// Whose series send from now on; empty: those of no task.
  String task = "";
  private int steps;
  private int started;
  private boolean retries = true;
  private final List<String> deaths = new ArrayList<>();
  private long written;

  ReplicaSimulation(Path directory, long seed, WindowOptions windows, Optional<Path> bucket) {
    this.directory = directory;
    this.data = directory.resolve("data");
    this.random = new Random(seed);
    this.windows = windows;
    this.bucket = bucket;
  }

  /// Starts a process.
  Replica join() throws IOException {
    Replica replica = join(windows, _ -> false);
    assertThat(replica.tsdb.notReady()).isEmpty();
    return replica;
  }

  /// Starts a process that is set up in another way.
  ///
  /// @param unreadable files that it cannot read
  Replica join(WindowOptions otherWindows, Predicate<Path> unreadable) throws IOException {
    var replica = new Replica(otherWindows, unreadable);
    replicas.add(replica);
    return replica;
  }

  /// Ends a process in good order.
  void leave(Replica replica) throws IOException {
    replica.end(true);
  }

  /// Ends a process as `kill -9` does.
  void kill(Replica replica) throws IOException {
    replica.end(false);
  }

  /// Lets time pass while samples come to any of the replicas: every two minutes one of each series, now and then late
  /// ones.
  ///
  /// @param series how many series send
  /// @param late   with how many of 100 requests each series sends a late sample as well
  void run(Duration duration, int series, int late) throws IOException {
    tick();
    for (long end = clock.wallMillis() + duration.toMillis(); clock.wallMillis() < end;) {
      clock.pass(STEP_MS);
      tick();
      if (++steps % STEPS_PER_ROUND == 0) {
        for (int i = 0; i < series; i++) {
          fill(task.isEmpty() ? Labels.of("__name__", "m", "n", "" + i)
              : Labels.of("__name__", "m", "n", "" + i, "task", task), late);
        }
        follow();
        keep();
        bury();
      }
    }
    follow();
  }

  private void fill(Labels labels, int late) {
    any().send(labels, clock.wallMillis() - random.nextInt(1000));
    if (random.nextInt(100) < late) {
      long t = clock.wallMillis() - random.nextLong(windows.acceptanceWindow().toMillis() - 60_000);
      any().send(labels, t);
      if (retries && random.nextInt(4) == 0) {
        // A sender that got no answer tries another replica.
        any().send(labels, t);
      }
    }
  }

  /// Has no sample sent twice.
  void withoutRetries() {
    retries = false;
  }

  /// One of those that live.
  Replica any() {
    return replicas.get(random.nextInt(replicas.size()));
  }

  /// Has each say that it lives.
  void tick() {
    tickedAt = clock.wallMillis();
    for (Replica replica : replicas) {
      replica.send(TICK, clock.wallMillis());
    }
  }

  /// Has each say that it lives where that would soon be in doubt.
  void tickIfDue() {
    if (clock.wallMillis() - tickedAt >= TICK_MS) {
      tick();
    }
  }

  /// Has each read what the others have written.
  void follow() {
    clock.pass(FOLLOW_MS);
    replicas.forEach(Replica::follow);
  }

  /// Has each do what is due, in any order.
  void keep() {
    var order = new ArrayList<>(replicas);
    Collections.shuffle(order, random);
    for (Replica replica : order) {
      replica.keep();
    }
  }

  /// Ends those who died at work, and waits until others may know.
  void bury() throws IOException {
    List<Replica> dead = replicas.stream().filter(replica -> replica.files.isDead()).toList();
    for (Replica replica : dead) {
      deaths.add(replica.files.diedIn());
      kill(replica);
    }
    if (!dead.isEmpty()) {
      if (replicas.isEmpty()) {
        join();
      }
      awaitSeals();
    }
  }

  /// What those who died at work died in.
  List<String> deaths() {
    return deaths;
  }

  /// Lets time pass until the logs of those who are gone are sealed.
  void awaitSeals() throws IOException {
    for (int i = 0; unsealed() > replicas.size(); i++) {
      assertThat(i).as("looks at the logs of the dead").isLessThan(50);
      clock.pass(LOOK_MS);
      tick();
      follow();
    }
  }

  private long unsealed() throws IOException {
    return LogCatalog.read(volume, data).logs().stream().filter(log -> !log.sealed()).count();
  }

  /// One value per series and time: what is sent twice is the same again.
  private static long bits(Labels labels, long t) {
    return Double.doubleToRawLongBits((t / 1000 + labels.hashCode()) % 1009);
  }

  private void append(Appender request, Labels labels, long t) {
    long bits = bits(labels, t);
    byte[] region = LabelRegion.encode(labels);
    long ref = request.create(region, 0, region.length);
    assertThat(request.append(ref, t, bits).accepted()).as("sample at %d", t).isTrue();
    sent.computeIfAbsent(labels, _ -> new TreeMap<>()).put(t, bits);
  }

  /// All that was acknowledged in a range, by series and time, raw bits.
  Map<Labels, TreeMap<Long, Long>> sent(TimeRange range) {
    return part(sent, range);
  }

  private static Map<Labels, TreeMap<Long, Long>> part(Map<Labels, TreeMap<Long, Long>> samplesOf,
      TimeRange range) {
    var all = new HashMap<Labels, TreeMap<Long, Long>>();
    samplesOf.forEach((labels, samples) -> {
      var part = samples.subMap(range.mint(), true, range.maxt(), true);
      if (!part.isEmpty()) {
        all.put(labels, new TreeMap<>(part));
      }
    });
    return all;
  }

  /// Each that is ready must answer with exactly what was acknowledged.
  void assertComplete(TimeRange range) throws IOException {
    var expected = sent(range);
    for (Replica replica : replicas) {
      assertThat(replica.tsdb.notReady()).isEmpty();
      assertThat(replica.read(range)).as("at %d by %s", clock.wallMillis(), replica.tsdb.incarnation())
          .isEqualTo(expected);
    }
  }

  /// What of some samples others lack.
  private static List<String> missing(Map<Labels, TreeMap<Long, Long>> some,
      Map<Labels, TreeMap<Long, Long>> others) {
    var missing = new ArrayList<String>();
    some.forEach((labels, samples) -> {
      TreeMap<Long, Long> there = others.getOrDefault(labels, new TreeMap<>());
      samples.forEach((t, bits) -> {
        if (!bits.equals(there.get(t))) {
          missing.add(labels + " at " + t);
        }
      });
    });
    return missing;
  }

  /// Bytes of blocks that were written to the volume by all processes.
  long written() {
    return written + replicas.stream().mapToLong(replica -> replica.tsdb.windowStats().blockBytes()).sum();
  }

  @Override
  public void close() throws IOException {
    for (Replica replica : List.copyOf(replicas)) {
      leave(replica);
    }
  }
}
