package dev.marmoset.ingest;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.marmoset.bench.RequestEncoder;
import dev.marmoset.bench.RequestEncoder.Order;
import dev.marmoset.bench.RequestFile;
import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.ingest.decode.Decoded;
import dev.marmoset.ingest.verdict.Ingester.Verdict;
import dev.marmoset.ingest.verdict.SeriesGate;
import dev.marmoset.ingest.verdict.WriteOutcome;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.head.HeadSizes;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.tsdb.Tsdb;
import dev.marmoset.storage.tsdb.TsdbOptions;
import dev.marmoset.storage.window.WindowOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// What does the engine cost without HTTP: snappy, decoding, judging, encoding the log, fsync, applying to the head?
///
/// A plain program, because it measures a process: CPU of all its threads, memory after a collection, bytes of the log,
/// and the replay of that log. One thread sends, as many requests in flight as a few senders have.
///
/// ```
/// EngineBenchmark <series> <scrapes> <version> <IN_ORDER|LATE> [commit interval ms] [--memory.limit bytes]
/// ```
/// The first ten scrapes warm up (the first two if there are fewer than 15; `-Dbench.warmup=<scrapes>` for more) and are
/// reported apart. The log is replayed twice: the first time has the JVM's compilation of the replay in it.
public final class EngineBenchmark {
  private static final int WARM_UP = 10;
  private static final int MOST_IN_FLIGHT = 32;
  private static final int USER_TIME = 11;
  private static final long NANOS_PER_TICK = 10_000_000;
  private static final Duration WINDOW = Duration.ofHours(24);

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final int series;
  private final int scrapes;
  private final WireVersion version;
  private final Order order;
  private final Duration commitInterval;
  private final long offHeapBytes;
  private final long begin;
  private final Path directory;
  private final ArrayDeque<Verdict> inFlight = new ArrayDeque<>();
  private long refused;

  private EngineBenchmark(List<String> arguments) throws IOException {
    series = Integer.parseInt(arguments.get(0));
    scrapes = Integer.parseInt(arguments.get(1));
    version = arguments.get(2).equals("1") ? WireVersion.V1 : WireVersion.V2;
    order = Order.valueOf(arguments.get(3));
    commitInterval = Duration.ofMillis(arguments.size() > 4 ? Long.parseLong(arguments.get(4)) : 20);
    offHeapBytes = arguments.size() > 5 ? Long.parseLong(arguments.get(5)) : Long.MAX_VALUE;
    directory = Files.createTempDirectory(Path.of(System.getProperty("bench.directory", "/tmp")), "engine-");
    long span = order == Order.LATE ? RequestEncoder.LATE_SPAN_MS : scrapes * SeriesFixtures.SCRAPE_MS;
    begin = System.currentTimeMillis() - span;
  }

  /// See the type.
  public static void main(String[] arguments) throws Exception {
    var benchmark = new EngineBenchmark(List.of(arguments));
    try {
      benchmark.run();
    } finally {
      benchmark.deleteAll();
    }
  }

  private void deleteAll() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void run() throws Exception {
    Path bodies = directory.resolve("bodies");
    RequestFile.write(bodies,
        new RequestEncoder(new SeriesFixtures(series), version.ordinal() + 1, order, begin), series,
        0, scrapes);
    long heapBefore = heapAfterCollection();
    Tsdb tsdb = open();
    awaitReady(tsdb);
    try (RequestFile file = RequestFile.open(bodies)) {
      var budget = new ByteBudget(1L << 30);
      var workspace = new Workspace(tsdb, WriteOptions.defaults(), budget);
      var received = new RequestBody(WriteOptions.defaults().limits().body(), budget);
      int perScrape = RequestEncoder.requestsPerScrape(series);
      int warmUp =
          Integer.getInteger("bench.warmup", scrapes >= WARM_UP + 5 ? WARM_UP : Math.min(2, scrapes - 1));
      Usage start = usage(tsdb);
      send(file, workspace, received, 0, warmUp * perScrape);
      Usage warm = usage(tsdb);
      send(file, workspace, received, warmUp * perScrape, scrapes * perScrape);
      Usage end = usage(tsdb);
      System.out.printf(
          "engine series=%d scrapes=%d version=%s order=%s commit=%dms wire=%.1fB/sample refused=%d%n",
          series,
          scrapes, version.number(), order, commitInterval.toMillis(),
          (double) file.bytes() / series / scrapes, refused);
      print("  warm-up ", warm.minus(start), (long) warmUp * series);
      print("  measured", end.minus(warm), (long) (scrapes - warmUp) * series);
    }
    memory(tsdb, heapBefore);
    long log = tsdb.logStats().segmentBytes.sum();
    System.out.printf("  log %.3f B/sample, of that definitions %.3f; %d groups%n",
        (double) log / series / scrapes,
        (double) tsdb.logStats().definitionBytes.sum() / series / scrapes, tsdb.logStats().groups.sum());
    tsdb.kill();
    replay();
    replay();
  }

  private void send(RequestFile file, Workspace workspace, RequestBody received, int from, int to)
      throws Exception {
    var body = new byte[1 << 20];
    for (int i = from; i < to; i++) {
      file.read(i, body);
      received.read(new ByteArrayInputStream(body, 0, file.length(i)), file.length(i), true);
      if (!(workspace.decode(version, received) instanceof Decoded.Complete)) {
        throw new IllegalStateException("request " + i + " was not decoded");
      }
      Verdict verdict = workspace.ingester.ingest(workspace.batch, workspace.stats, SeriesGate.OPEN);
      if (verdict == null) {
        workspace.decodeFully(version, received);
        verdict = Objects
            .requireNonNull(workspace.ingester.ingest(workspace.batch, workspace.stats, SeriesGate.OPEN));
      }
      inFlight.add(verdict);
      received.release();
      if (inFlight.size() == MOST_IN_FLIGHT) {
        await(inFlight.remove());
      }
    }
    while (!inFlight.isEmpty()) {
      await(inFlight.remove());
    }
  }

  private void await(Verdict verdict) throws Exception {
    if (!(verdict.commit().get() instanceof CommitOutcome.Durable)) {
      throw new IllegalStateException("not durable: " + verdict.commit().get());
    }
    refused += verdict.ifDurable() instanceof WriteOutcome.Accepted ? 0 : 1;
  }

  /// What has been used up to a moment.
  ///
  /// @param process CPU of all threads, ns
  /// @param sender  CPU of this thread, ns
  /// @param log     CPU of the log thread, ns
  /// @param jit     CPU of the JVM's compilers, ns: a one-time cost, which short runs overstate
  /// @param senderBytes allocated by this thread
  /// @param logBytes    allocated by the log thread
  private record Usage(long process, long sender, long log, long jit, long senderBytes, long logBytes,
      long wall,
      long forces) {
    Usage minus(Usage o) {
      return new Usage(process - o.process, sender - o.sender, log - o.log, jit - o.jit,
          senderBytes - o.senderBytes,
          logBytes - o.logBytes, wall - o.wall, forces - o.forces);
    }
  }

  private Usage usage(Tsdb tsdb) {
    long log = thread("log");
    return new Usage(system.getProcessCpuTime(), threads.getCurrentThreadCpuTime(),
        threads.getThreadCpuTime(log), compilers(),
        threads.getCurrentThreadAllocatedBytes(), threads.getThreadAllocatedBytes(log), System.nanoTime(),
        tsdb.logStats().forces.sum());
  }

  private static long compilers() {
    long ticks = 0;
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        String stat = Files.readString(task.resolve("stat"));
        if (stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler")) {
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
          ticks += Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
        }
      }
    } catch (IOException _) {
      // A compiler thread may end between the listing and the reading; what it took is small.
    }
    return ticks * NANOS_PER_TICK;
  }

  private long thread(String name) {
    for (var info : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (info != null && info.getThreadName().equals(name)) {
        return info.getThreadId();
      }
    }
    throw new IllegalStateException("there is no thread " + name);
  }

  private static void print(String what, Usage used, long samples) {
    System.out.printf(
        "%s CPU-s/M %.4f (sender %.4f, log %.4f, compiler %.4f) allocated B/sample sender %.3f log %.3f forces/M %.0f wall %.1f s%n",
        what,
        used.process / 1e3 / samples, used.sender / 1e3 / samples, used.log / 1e3 / samples,
        used.jit / 1e3 / samples,
        (double) used.senderBytes / samples, (double) used.logBytes / samples, used.forces * 1e6 / samples,
        used.wall / 1e9);
  }

  private void memory(Tsdb tsdb, long heapBefore) {
    long heap = heapAfterCollection() - heapBefore;
    HeadSizes sizes = tsdb.headSizes();
    long offHeap = sizes.lineBytes() + sizes.openBytes();
    System.out.printf(
        "  memory B/series %.1f (heap %.1f, lines %.1f, open chunks %.1f; of the heap: labels %.1f, table %.1f,"
            + " late %.1f), scratch %.1f%n",
        (double) (heap + offHeap) / series, (double) heap / series,
        (double) sizes.lineBytes() / series, (double) sizes.openBytes() / series,
        (double) sizes.labelBytes() / series,
        (double) sizes.tableBytes() / series, (double) sizes.lateBytes() / series,
        (double) sizes.scratchBytes() / series);
  }

  private static long heapAfterCollection() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void replay() throws Exception {
    long before = system.getProcessCpuTime();
    long jitBefore = compilers();
    Tsdb tsdb = open();
    awaitReady(tsdb);
    double seconds = (system.getProcessCpuTime() - before) / 1e9;
    long samples = tsdb.replayProgress().samples();
    System.out.printf("  replay %d samples, %.2f CPU-s, of it compiler %.2f, %.1f M samples per CPU-s%n",
        samples, seconds, (compilers() - jitBefore) / 1e9, samples / 1e6 / seconds);
    tsdb.kill();
  }

  private Tsdb open() throws IOException {
    var clock = new Clock() {
      @Override
      public long wallMillis() {
        return System.currentTimeMillis();
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }
    };
    return Tsdb.open(new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "bench",
        commitInterval, 0, offHeapBytes, 100_000, false, WindowOptions.standard(Labels.EMPTY, WINDOW)),
        new LocalFileSystem(), clock, new SecureRandom());
  }

  private static void awaitReady(Tsdb tsdb) throws InterruptedException {
    while (tsdb.notReady().isPresent()) {
      Thread.sleep(5);
    }
  }
}
