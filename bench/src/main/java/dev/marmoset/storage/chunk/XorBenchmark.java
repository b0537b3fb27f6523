package dev.marmoset.storage.chunk;

import dev.marmoset.bench.SeriesFixtures;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a sample cost in an XOR chunk, written and read, over one host's mix of values?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(XorBenchmark.SAMPLES)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class XorBenchmark {
  static final int SAMPLES = SeriesFixtures.SERIES_PER_HOST * ChunkCut.MAX_SAMPLES;

  private final long[][] times = new long[SeriesFixtures.SERIES_PER_HOST][ChunkCut.MAX_SAMPLES];
  private final long[][] values = new long[SeriesFixtures.SERIES_PER_HOST][ChunkCut.MAX_SAMPLES];
  private final byte[][] encoded = new byte[SeriesFixtures.SERIES_PER_HOST][];
  private final XorAppender appender = new XorAppender();
  private final XorIterator iterator = new XorIterator();

  @Setup
  public void fill() {
    var fixtures = new SeriesFixtures(SeriesFixtures.SERIES_PER_HOST);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < ChunkCut.MAX_SAMPLES; j++) {
        times[i][j] = 1_700_000_000_000L + SeriesFixtures.offset(i, j);
        values[i][j] = fixtures.nextBits(i, j);
      }
      append(i);
      encoded[i] = appender.chunk().data();
    }
  }

  @TearDown
  public void density() {
    long bytes = 0;
    for (byte[] chunk : encoded) {
      bytes += chunk.length;
    }
    System.out.printf("%n# %.3f B/sample%n", (double) bytes / SAMPLES);
  }

  @Benchmark
  public int append() {
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      append(i);
      count += appender.count();
    }
    return count;
  }

  private void append(int series) {
    appender.reset();
    for (int j = 0; j < ChunkCut.MAX_SAMPLES; j++) {
      appender.append(times[series][j], values[series][j]);
    }
  }

  @Benchmark
  public long decode() {
    long sum = 0;
    for (byte[] chunk : encoded) {
      iterator.reset(chunk, 0, chunk.length);
      while (iterator.next()) {
        sum += iterator.time() ^ iterator.valueBits();
      }
    }
    return sum;
  }
}
