package dev.marmoset.storage.log.record;

import dev.marmoset.bench.SeriesFixtures;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

/// What does a sample cost in the log, in ns and bytes, when 100,000 series are scraped every 15 s and commits come each
/// second: groups of the hosts that were scraped in that second?
///
/// An invocation encodes one scrape of all series, so 15 groups. Definitions are written in the warm-up and count in
/// neither number.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(LogEncodeBenchmark.SERIES)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class LogEncodeBenchmark {
  static final int HOSTS = 90;
  static final int SERIES = HOSTS * SeriesFixtures.SERIES_PER_HOST;
  private static final int GROUPS = 15;
  private static final long BEGIN = 1_700_006_400_000L;

  private final SegmentEncoder encoder = new SegmentEncoder(Ulid.of(BEGIN, 7, 42), "bench",
      series -> Labels.of(SeriesFixtures.labels(series)));
  private final SeriesFixtures fixtures = new SeriesFixtures(SERIES);
  private final List<List<LogBatch>> groups = new ArrayList<>();
  private int scrape;
  private long bytes;
  private long samples;

  @Setup
  public void open() {
    encoder.accept(86_400_000, BEGIN - 60_000);
    encoder.open(new SegmentEncoder.Identity(Ulid.of(BEGIN, 7, 42), 1, 3, BEGIN, Optional.empty()));
    for (int i = 0; i < GROUPS; i++) {
      groups.add(new ArrayList<>());
    }
  }

  @Setup(Level.Invocation)
  public void scrape() {
    groups.forEach(List::clear);
    for (int host = 0; host < HOSTS; host++) {
      var batch = new LogBatch();
      int first = host * SeriesFixtures.SERIES_PER_HOST;
      long offset = SeriesFixtures.offset(first, scrape);
      for (int i = first; i < first + SeriesFixtures.SERIES_PER_HOST; i++) {
        batch.add(i, BEGIN + offset, fixtures.nextBits(i, scrape));
      }
      int group = (int) Math.floorMod(offset, SeriesFixtures.SCRAPE_MS) / 1000;
      groups.get(group).add(batch);
    }
    encoder.accept(86_400_000, BEGIN + scrape * SeriesFixtures.SCRAPE_MS - 60_000);
    scrape++;
  }

  @Benchmark
  public long encode() {
    long before = bytes;
    for (List<LogBatch> group : groups) {
      if (!group.isEmpty()) {
        encoder.startCommit(1 << 20);
        encoder.group(group, List.of(), Optional.empty());
        bytes += scrape > 1 ? encoder.records().size() : 0;
      }
    }
    samples += scrape > 1 ? SERIES : 0;
    return bytes - before;
  }

  @TearDown
  public void density() {
    System.out.printf("%n# %.3f B/sample%n", (double) bytes / samples);
    encoder.close();
  }
}
