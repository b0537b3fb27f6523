package dev.marmoset.storage.log.read;

import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.record.SegmentEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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

/// What does reading a segment back cost per sample, without and before the head? 20 scrapes of 100,000 series, the file
/// in the page cache. The whole of a restart is part of `EngineBenchmark`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(LogReplayBenchmark.SAMPLES)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class LogReplayBenchmark {
  private static final int SERIES = 100_000;
  private static final int SCRAPES = 20;
  static final int SAMPLES = SERIES * SCRAPES;
  private static final long BEGIN = 1_700_006_400_000L;
  private static final Ulid INCARNATION = Ulid.of(BEGIN, 7, 42);

  private Path file;
  private final LogReader reader = new LogReader(new LocalFileSystem());

  @Setup
  public void write() throws IOException {
    file = Files.createTempFile("segment-", "");
    var fixtures = new SeriesFixtures(SERIES);
    try (
        var encoder =
            new SegmentEncoder(INCARNATION, "bench", series -> Labels.of(SeriesFixtures.labels(series)));
        var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      encoder.accept(86_400_000, BEGIN - 60_000);
      byte[] head = encoder.open(new SegmentEncoder.Identity(INCARNATION, 1, 3, BEGIN, Optional.empty()));
      channel.write(ByteBuffer.wrap(head));
      for (int scrape = 0; scrape < SCRAPES; scrape++) {
        for (int from = 0; from < SERIES; from += SERIES / 10) {
          var batch = new LogBatch();
          for (int i = from; i < from + SERIES / 10; i++) {
            batch.add(i, BEGIN + SeriesFixtures.offset(i, scrape), fixtures.nextBits(i, scrape));
          }
          encoder.startCommit(channel.position());
          encoder.group(List.of(batch), List.of(), Optional.empty());
          channel.write(encoder.records().out().view(0, encoder.records().size()));
        }
      }
    }
  }

  @TearDown
  public void delete() throws IOException {
    Files.delete(file);
  }

  @Benchmark
  public long read() {
    var sum = new Sum();
    var outcome = reader.read(new LogSegmentFile(file, INCARNATION, 1, OptionalLong.empty(), true), sum);
    if (sum.samples != SAMPLES) {
      throw new IllegalStateException(sum.samples + " samples of " + SAMPLES + ": " + outcome);
    }
    return sum.sum;
  }

  private static final class Sum implements LogVisitor {
    private long sum;
    private long samples;

    @Override
    public void series(int number, Labels labels) {
      sum += number;
    }

    @Override
    public void sample(int number, long t, long valueBits) {
      sum += number + t ^ valueBits;
      samples++;
    }

    @Override
    public void histogram(int number, long t, HistogramSample sample) {
      samples++;
    }
  }
}
