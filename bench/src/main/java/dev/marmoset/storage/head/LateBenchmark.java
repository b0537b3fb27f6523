package dev.marmoset.storage.head;

import dev.marmoset.bench.RequestEncoder;
import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.head.window.HeadView;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.entry.LogBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a late sample cost, its share of sorting, spilling and merging included, and what does reading a series cost
/// that has late samples?
///
/// 100,000 series with two hours of samples in order; late ones are random over 23.5 h. Before reading there are 20 of
/// them per series.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class LateBenchmark {
  private static final int SERIES = 100_000;
  private static final int BATCH = 2000;
  private static final int IN_ORDER = 300;
  private static final int LATE_PER_SERIES = 20;
  private static final long NOW = 1_700_006_400_000L;
  private static final TimeRange ALL = new TimeRange(0, Long.MAX_VALUE);

  private Path scratch;
  private Head head;
  private final LogBatch batch = new LogBatch();
  private final SplittableRandom random = new SplittableRandom(9);
  private int next;

  @Setup(Level.Iteration)
  public void fill() throws IOException {
    scratch = Files.createTempDirectory("late-");
    head =
        new Head(new HeadOptions(scratch, 86_400_000, 0, Long.MAX_VALUE, 0), new AcceptanceClock(new Clock() {
          @Override
          public long wallMillis() {
            return NOW;
          }

          @Override
          public long nanos() {
            return 0;
          }
        }), new Random(7));
    for (int i = 0; i < SERIES; i++) {
      head.replayedSeries(Labels.of(SeriesFixtures.labels(i)));
    }
    for (int i = 0; i < SERIES; i++) {
      batch.clear();
      for (int j = 0; j < IN_ORDER; j++) {
        batch.add(i, NOW - (IN_ORDER - j) * SeriesFixtures.SCRAPE_MS, Double.doubleToRawLongBits(j));
      }
      head.apply(batch);
    }
    for (int i = 0; i < SERIES * LATE_PER_SERIES / BATCH; i++) {
      late();
    }
  }

  @TearDown(Level.Iteration)
  public void delete() throws IOException {
    head.close();
    Files.delete(scratch);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void late() {
    batch.clear();
    for (int i = 0; i < BATCH; i++) {
      batch.add(next, NOW - 1 - random.nextLong(RequestEncoder.LATE_SPAN_MS), Double.doubleToRawLongBits(i));
      next = next + 1 == SERIES ? 0 : next + 1;
    }
    head.apply(batch);
  }

  /// All chunks of one series.
  @Benchmark
  public List<Chunk> readMerged() throws IOException {
    next = next + 1 == SERIES ? 0 : next + 1;
    return new SeriesReader(head, next, new HeadView(0, Long.MIN_VALUE)).chunks(ALL);
  }
}
