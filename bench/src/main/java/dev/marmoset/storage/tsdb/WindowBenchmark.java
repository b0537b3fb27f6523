package dev.marmoset.storage.tsdb;

import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.block.Block;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// What does a window cost when it becomes a block, how large is it, and is it read as cheaply as memory? Prints CPU of the
/// calling thread per chunk, bytes per sample and series, and the cost of reading everything before and after.
///
/// The CPU of the kernel is printed apart, and beside it what writing about as many zeros to a file has cost right before
/// the cut. On a virtual machine that gives free memory back to its host, the first touch of a page of the page cache
/// costs ten times the copy into it, and whether it is the first changes by the minute; after the zeros it is not.
///
/// `java … -cp bench/target/classes:server/target/marmoset.jar dev.marmoset.storage.tsdb.WindowBenchmark [series [directory]]`;
/// a directory that is named is kept, with the blocks below `data/blocks`. `-Dbench.windows=2` cuts a second window, with
/// code that is compiled.
public final class WindowBenchmark {
  private static final int WINDOWS = Integer.getInteger("bench.windows", 1);
  private static final long BEGIN = ChunkCut.windowStart(1_700_000_000_000L);
  private static final int SCRAPES = (int) (ChunkCut.WINDOW_MS / SeriesFixtures.SCRAPE_MS);
  private static final int READS = 5;
  private static final int REQUEST = 5_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private WindowBenchmark() {}

  /// Runs it.
  public static void main(String[] arguments) throws IOException {
    int series = arguments.length == 0 ? 100_000 : Integer.parseInt(arguments[0]);
    boolean kept = arguments.length > 1;
    Path directory =
        kept ? Files.createDirectory(Path.of(arguments[1])) : Files.createTempDirectory("window-");
    var clock = new SettableClock();
    try (Tsdb tsdb = Tsdb.open(
        new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "bench",
            Duration.ZERO, 0,
            Long.MAX_VALUE, 0, false,
            WindowOptions.standard(Labels.of("cluster", "bench"), Duration.ofHours(24))),
        new LocalFileSystem(), clock, new Random(1))) {
      while (tsdb.notReady().isPresent()) {
        Thread.onSpinWait();
      }
      for (int window = 0; window < WINDOWS; window++) {
        fill(tsdb, clock, series, BEGIN + window * ChunkCut.WINDOW_MS);
        System.out.printf("read from memory:  %.2f us CPU per series%n", read(tsdb, series));
        goOn(tsdb, clock, BEGIN + (window + 1) * ChunkCut.WINDOW_MS);
        cut(tsdb, directory, series);
        System.out.printf("read from block:   %.2f us CPU per series%n", read(tsdb, series));
      }
    }
    if (!kept) {
      delete(directory);
    }
  }

  private static void cut(Tsdb tsdb, Path directory, int series) throws IOException {
    long zeros = writeZeros(directory.resolve("zeros"), 2L * series * SCRAPES);
    long before = cpu();
    long user = THREADS.getCurrentThreadUserTime();
    tsdb.stepWindows();
    user = THREADS.getCurrentThreadUserTime() - user;
    long cut = cpu() - before;
    BlockMeta meta = meta(directory.resolve("data/blocks"));
    Path block = directory.resolve("data/blocks").resolve(meta.ulid().toString());
    double chunks = meta.stats().chunks() * 1000.0;
    System.out.printf(
        "cut: %d series, %d chunks, %.2f us CPU per chunk: user %.2f, system %.2f (zeros before: %.2f)%n",
        meta.stats().series(), meta.stats().chunks(), cut / chunks, user / chunks, (cut - user) / chunks,
        zeros / chunks);
    System.out.printf("chunks %.3f B/sample, index %.1f B/series%n",
        (double) size(block.resolve("chunks")) / meta.stats().samples(),
        (double) Files.size(block.resolve("index")) / meta.stats().series());
  }

  private static void fill(Tsdb tsdb, SettableClock clock, int series, long begin) {
    var fixtures = new SeriesFixtures(series);
    byte[][] regions = new byte[series][];
    for (int i = 0; i < series; i++) {
      regions[i] = LabelRegion.encode(Labels.of(SeriesFixtures.labels(i)));
    }
    var random = new SplittableRandom(1);
    for (int scrape = 0; scrape < SCRAPES; scrape++) {
      for (int from = 0; from < series; from += REQUEST) {
        clock.now = begin + scrape * SeriesFixtures.SCRAPE_MS + from * SeriesFixtures.SCRAPE_MS / series;
        try (Appender appender = tsdb.appender()) {
          for (int i = from; i < Math.min(series, from + REQUEST); i++) {
            long ref = appender.create(regions[i], 0, regions[i].length);
            long t = begin + scrape * SeriesFixtures.SCRAPE_MS + i / SeriesFixtures.SERIES_PER_HOST
                + (random.nextInt(20) == 0 ? random.nextInt(4) : 0);
            appender.append(ref, t, fixtures.nextBits(i, scrape));
          }
          appender.commit().join();
        }
      }
    }
  }

  /// Lets time pass until the window is due, with a sample now and then: the lease must not lapse.
  private static void goOn(Tsdb tsdb, SettableClock clock, long end) {
    byte[] region = LabelRegion.encode(Labels.of("__name__", "tick"));
    while (clock.now < end + Duration.ofMinutes(6).toMillis()) {
      clock.now += 5_000;
      try (Appender appender = tsdb.appender()) {
        appender.append(appender.create(region, 0, region.length), clock.now, 0);
        appender.commit().join();
      }
    }
  }

  private static double read(Tsdb tsdb, int series) throws IOException {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < READS; i++) {
      long before = cpu();
      long bytes = 0;
      try (Querier querier = tsdb.querier(TimeRange.ALL)) {
        SeriesSet set = querier.select(List.of());
        while (set.next()) {
          for (Chunk chunk : set.series().chunks()) {
            bytes += chunk.data().length;
          }
        }
      }
      if (bytes == 0) {
        throw new IllegalStateException("nothing was read");
      }
      best = Math.min(best, cpu() - before);
    }
    return best / 1000.0 / series;
  }

  private static BlockMeta meta(Path blocks) throws IOException {
    try (Stream<Path> found = Files.list(blocks)) {
      return Block.readMeta(new LocalFileSystem(), found.max(Comparator.naturalOrder()).orElseThrow());
    }
  }

  private static long size(Path directory) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// CPU of writing zeros to a file, ns.
  private static long writeZeros(Path path, long bytes) throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(128 * 1024);
    long before = cpu();
    try (AppendFile file = new LocalFileSystem().create(path)) {
      while (file.size() < bytes) {
        file.writeAll(piece.clear());
      }
    }
    Files.delete(path);
    return cpu() - before;
  }

  private static long cpu() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /// Both clocks, set.
  private static final class SettableClock implements Clock {
    private volatile long now = BEGIN;

    @Override
    public long wallMillis() {
      return now;
    }

    @Override
    public long nanos() {
      return now * 1_000_000;
    }
  }
}
