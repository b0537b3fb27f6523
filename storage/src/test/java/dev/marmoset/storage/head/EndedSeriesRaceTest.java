package dev.marmoset.storage.head;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.PatientClock;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.LogOptions;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.LogCatalog;
import dev.marmoset.storage.log.read.LogReader;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Series come back on several threads at the very moment when they are found to have ended: head, blocks and log have
/// what was acknowledged, each sample under its own labels.
@Timeout(600)
class EndedSeriesRaceTest {
  private static final int WRITERS = 3;
  private static final int TASKS = 60;
  private static final int SERIES = 20;
  private static final int ROUNDS = 120;
  private static final int REQUESTS_PER_ROUND = 8;
  private static final Ulid LOG = new Ulid(1, 1);

  @TempDir
  Path directory;

  /// Runs much faster than that of the log, which is the real one.
  private final VirtualClock clock = new VirtualClock();
  private final ReentrantReadWriteLock readers = new ReentrantReadWriteLock();
  private final Map<Labels, TreeMap<Long, Long>> blocks = new HashMap<>();
  private final AtomicInteger sent = new AtomicInteger();
  private volatile boolean stopped;

  private static long bits(Labels labels, long t) {
    return Double.doubleToRawLongBits((t / 1000 * 31 + labels.hashCode()) % 997);
  }

  @Test
  void everySampleIsFoundUnderItsOwnLabels() throws Exception {
    try (Head head = head(directory.resolve("scratch")); var threads = Executors.newCachedThreadPool()) {
      var written = new HashMap<Labels, TreeMap<Long, Long>>();
      LogWriter log = openLog(head);
      // So that no late sample can begin a window before one that is about to be frozen.
      head.endInOrder(ChunkCut.windowStart(clock.wallMillis()));
      var writers = new ArrayList<Future<Map<Labels, TreeMap<Long, Long>>>>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.add(threads.submit(() -> write(head, log, writer)));
      }
      Future<Integer> reads = threads.submit((Callable<Integer>) () -> read(head));
      long removed;
      try {
        removed = keep(head, log, writers);
      } finally {
        stopped = true;
      }
      for (var writer : writers) {
        writer.get().forEach((labels, samples) -> merge(written, labels, samples));
      }
      assertThat(reads.get()).isPositive();
      log.close();
      assertThat(removed).as("series that were removed").isGreaterThan(1000);
      var found = new HashMap<>(blocks);
      select(head, found);
      assertThat(found).isEqualTo(written);
      assertThat(replayed()).isEqualTo(written);
    }
  }

  private Head head(Path scratch) throws IOException {
    Files.createDirectories(scratch);
    return new Head(new HeadOptions(scratch, TimeUnit.HOURS.toMillis(24), 0, Long.MAX_VALUE, 10),
        new AcceptanceClock(clock), new Random(1));
  }

  private LogWriter openLog(Head head) throws IOException {
    long begin = System.nanoTime();
    long wall = clock.wallMillis();
    var real = new AcceptanceClock(new PatientClock(time -> wall + (time - begin) / 1_000_000));
    var options = LogOptions.standard(directory.resolve("data"), LOG, "test", Duration.ofHours(24),
        Duration.ofMillis(3), Duration.ofMinutes(5));
    return LogWriter.open(options, new LocalFileSystem(), real, new Random(2), head, head);
  }

  /// Sends one task after the other, most of which have not been heard of for hours, several requests at once.
  private Map<Labels, TreeMap<Long, Long>> write(Head head, LogWriter log, int writer) {
    var random = new Random(writer);
    var acknowledged = new HashMap<Labels, TreeMap<Long, Long>>();
    while (!stopped) {
      var commits = new ArrayList<CompletableFuture<CommitOutcome>>();
      for (int i = 0; i < 3; i++) {
        commits.add(send(head, log, writer + "-" + random.nextInt(TASKS), random, acknowledged));
      }
      for (var commit : commits) {
        assertThat(commit.join()).isEqualTo(CommitOutcome.Durable.INSTANCE);
      }
    }
    return acknowledged;
  }

  private CompletableFuture<CommitOutcome> send(Head head, LogWriter log, String task, Random random,
      Map<Labels, TreeMap<Long, Long>> acknowledged) {
    long late = random.nextInt(4) == 0 ? random.nextLong(3 * ChunkCut.WINDOW_MS) : 0;
    try (HeadAppender request = head.appender(log)) {
      long t = clock.wallMillis() - late;
      for (int i = random.nextInt(SERIES); i < SERIES; i++) {
        Labels labels = Labels.of("__name__", "m" + i, "task", task);
        byte[] region = LabelRegion.encode(labels);
        long ref = request.create(region, 0, region.length);
        AppendResult verdict = request.append(ref, t, bits(labels, t));
        assertThat(verdict.accepted()).isTrue();
        acknowledged.computeIfAbsent(labels, _ -> new TreeMap<>()).put(t, bits(labels, t));
      }
      sent.incrementAndGet();
      return request.commit();
    }
  }

  /// What the thread `windows` does, at a much higher rate.
  private long keep(Head head, LogWriter log, List<? extends Future<?>> writers) throws IOException {
    long removed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      while (sent.get() < round * REQUESTS_PER_ROUND && writers.stream().noneMatch(Future::isDone)) {
        LockSupport.parkNanos(100_000);
      }
      for (int i = 0; i < 8; i++) {
        clock.pass(61_000);
        removed += head.removeEnded(log);
      }
      cut(head);
    }
    return removed;
  }

  private void cut(Head head) throws IOException {
    for (var window : head.growing()) {
      if (window.start() + ChunkCut.WINDOW_MS + 300_000 <= clock.wallMillis()) {
        FrozenWindow frozen = head.freeze(window.start()).orElseThrow();
        var content = new HashMap<Labels, TreeMap<Long, Long>>();
        put(frozen.series(), content);
        content.forEach((labels, samples) -> merge(blocks, labels, samples));
        frozen.hide();
        readers.writeLock().lock();
        try {
          frozen.drop();
        } finally {
          readers.writeLock().unlock();
        }
      }
    }
  }

  /// Looks whether each sample is one of the series under whose labels it is found.
  private int read(Head head) throws IOException {
    int reads = 0;
    for (; !stopped; reads++) {
      readers.readLock().lock();
      try {
        var found = new HashMap<Labels, TreeMap<Long, Long>>();
        select(head, found);
        found.forEach((labels, samples) -> samples.forEach(
            (t, bits) -> assertThat(bits).as("%s at %d", labels, t).isEqualTo(bits(labels, t))));
      } finally {
        readers.readLock().unlock();
      }
    }
    return reads;
  }

  /// What another process makes of the log.
  private Map<Labels, TreeMap<Long, Long>> replayed() throws IOException {
    var files = new LocalFileSystem();
    try (Head other = head(directory.resolve("other"))) {
      for (LogSegmentFile segment : LogCatalog.read(files, directory.resolve("data")).segments()) {
        try (var replay = new HeadReplay(other, 0, new SegmentObservation(LOG, segment.number()),
            WindowCoverage.NOTHING, batch -> {
              other.apply(batch);
              return new LogBatch();
            })) {
          new LogReader(files).read(segment, replay);
          replay.finish();
        }
      }
      var found = new HashMap<Labels, TreeMap<Long, Long>>();
      select(other, found);
      return found;
    }
  }

  private static void select(Head head, Map<Labels, TreeMap<Long, Long>> target) throws IOException {
    try (Querier querier = head.querier(EndedSeriesFixture.ALL)) {
      put(querier.select(List.of()), target);
    }
  }

  private static void put(SeriesSet series, Map<Labels, TreeMap<Long, Long>> target)
      throws IOException {
    var decoded = new HashMap<Labels, TreeMap<Long, HeadFixture.Value>>();
    EndedSeriesFixture.put(series, decoded);
    decoded.forEach((labels, samples) -> samples.forEach((t, value) -> target
        .computeIfAbsent(labels, _ -> new TreeMap<>()).put(t, ((HeadFixture.Value.OfFloat) value).bits())));
  }

  private static void merge(Map<Labels, TreeMap<Long, Long>> target, Labels labels,
      TreeMap<Long, Long> samples) {
    target.computeIfAbsent(labels, _ -> new TreeMap<>()).putAll(samples);
  }
}
