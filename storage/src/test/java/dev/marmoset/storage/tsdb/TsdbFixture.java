package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.PatientClock;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// A store on a real directory under a wall clock that tests set, opened and closed as often as a test likes.
final class TsdbFixture implements AutoCloseable {
  static final long NOW = 1_700_006_400_000L;

  /// One sample of a request.
  record Sample(Labels labels, long t, long bits) {
    static Sample of(Labels labels, long t, double value) {
      return new Sample(labels, t, Double.doubleToRawLongBits(value));
    }
  }

  private final Path directory;
  private final Duration window;
  private final long offHeapBytes;
  volatile int maxExemplars = 100;
  volatile long now = NOW;
  Tsdb tsdb;

  TsdbFixture(Path directory, Duration window) throws IOException {
    this(directory, window, Long.MAX_VALUE);
  }

  TsdbFixture(Path directory, Duration window, long offHeapBytes) throws IOException {
    this.offHeapBytes = offHeapBytes;
    this.directory = directory;
    this.window = window;
    this.tsdb = open();
  }

  /// Ends the store as `kill -9` would and starts it again.
  void crash() throws IOException {
    tsdb.kill();
    tsdb = open();
  }

  /// Ends the store in good order and starts it again.
  void restart() throws IOException {
    tsdb.close();
    tsdb = open();
  }

  /// Sends a request and waits until it is durable; answers the verdicts.
  List<AppendResult> write(List<Sample> samples) {
    var verdicts = new ArrayList<AppendResult>();
    assertThat(send(samples, verdicts)).isInstanceOf(CommitOutcome.Durable.class);
    return verdicts;
  }

  /// Sends a request and waits for its outcome.
  ///
  /// @param verdicts receives one per sample
  CommitOutcome send(List<Sample> samples, List<AppendResult> verdicts) {
    CompletableFuture<CommitOutcome> commit;
    try (Appender appender = tsdb.appender()) {
      for (Sample sample : samples) {
        verdicts.add(append(appender, sample));
      }
      commit = appender.commit();
    }
    return commit.join();
  }

  AppendResult write(Sample sample) {
    return write(List.of(sample)).getFirst();
  }

  /// All samples by series and time, read back as raw bits.
  TreeMap<Labels, TreeMap<Long, Long>> read() throws IOException {
    var all = new TreeMap<Labels, TreeMap<Long, Long>>();
    try (Querier querier = tsdb.querier(TimeRange.ALL)) {
      SeriesSet series = querier.select(List.of());
      while (series.next()) {
        var samples = all.computeIfAbsent(series.series().labels(), _ -> new TreeMap<>());
        for (Chunk chunk : series.series().chunks()) {
          var floats = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
          while (floats.next()) {
            assertThat(samples.put(floats.time(), floats.valueBits())).isNull();
          }
          assertThat(floats.corruption()).isEmpty();
        }
      }
    }
    return all;
  }

  private Tsdb open() throws IOException {
    var clock = new PatientClock(() -> now);
    Tsdb opened =
        Tsdb.open(new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "test",
            Duration.ofMillis(1), 0, offHeapBytes, maxExemplars, false,
            WindowOptions.standard(Labels.EMPTY, window)), new LocalFileSystem(), clock,
            new SecureRandom());
    PatientClock.await("ready", () -> opened.notReady().isEmpty());
    return opened;
  }

  private static AppendResult append(Appender appender, Sample sample) {
    byte[] region = LabelRegion.encode(sample.labels());
    long ref = appender.find(region, 0, region.length);
    boolean inWindow = sample.t() >= appender.minTime() && sample.t() <= appender.maxTime();
    if (ref == Appender.UNKNOWN && inWindow) {
      ref = appender.create(region, 0, region.length);
    }
    if (ref < 0) {
      return sample.t() < appender.minTime() ? AppendResult.TOO_OLD : AppendResult.TOO_NEW;
    }
    return appender.append(ref, sample.t(), sample.bits());
  }

  @Override
  public void close() throws IOException {
    tsdb.close();
  }
}
