package dev.marmoset.storage.head.open;

import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.head.window.HeadWindows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does applying a durable sample to the open chunk of its series cost: a hot series, a million in turn, a million
/// at random? Closing a chunk every 120 samples is in it, and writing it to scratch.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(AppendBenchmark.BATCH)
@Fork(1)
@Warmup(iterations = 4, time = 3)
@Measurement(iterations = 5, time = 3)
public class AppendBenchmark {
  static final int BATCH = 20_000;
  private static final int VALUES = 128;
  private static final int SCRAPES_PER_DAY = 5760;

  /// Which series the next sample is of.
  public enum Pattern {
    HOT, ROUND_ROBIN, RANDOM
  }

  @Param({"HOT", "ROUND_ROBIN", "RANDOM"})
  private Pattern pattern;

  private Path scratch;
  private final SeriesLines lines = new SeriesLines();
  private HeadWindows windows;
  private OpenChunks chunks;
  private final long[][] values = new long[SeriesFixtures.SERIES_PER_HOST][VALUES];
  private int[] order = {};
  private int[] rounds = {};
  private int at;

  @Setup
  public void fill() throws IOException {
    scratch = Files.createTempDirectory("append-");
    windows = new HeadWindows(scratch);
    chunks = new OpenChunks(lines, windows, Long.MAX_VALUE);
    int series = pattern == Pattern.HOT ? 16 : 1_000_000;
    var fixtures = new SeriesFixtures(SeriesFixtures.SERIES_PER_HOST);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < VALUES; j++) {
        values[i][j] = fixtures.nextBits(i, j);
      }
    }
    order = new int[series];
    rounds = new int[series];
    var random = new SplittableRandom(5);
    for (int i = 0; i < series; i++) {
      lines.add(i, random.nextLong(), i);
      int j = pattern == Pattern.RANDOM ? random.nextInt(i + 1) : i;
      order[i] = order[j];
      order[j] = i;
    }
  }

  @TearDown
  public void delete() throws IOException {
    windows.close();
    Files.delete(scratch);
  }

  @Benchmark
  public int append() {
    for (int i = 0; i < BATCH; i++) {
      int series = order[at];
      at = at + 1 == order.length ? 0 : at + 1;
      // The day repeats: a series that starts it anew begins a chunk, as behind any window's end.
      int round = rounds[series] == SCRAPES_PER_DAY ? 0 : rounds[series];
      rounds[series] = round + 1;
      long t = ChunkCut.WINDOW_MS * 200_004 + (long) round * SeriesFixtures.SCRAPE_MS;
      chunks.appendIfNewer(series, t, values[series % SeriesFixtures.SERIES_PER_HOST][round & VALUES - 1]);
    }
    return at;
  }
}
