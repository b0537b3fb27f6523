package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.io.UnforcedFileSystem;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.NodeLikeData;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a metered volume is asked for: bytes over the life of a sample, operations while nothing happens.
class TsdbBudgetTest {
  private static final int HOSTS = 8;
  private static final double BYTES_PER_SAMPLE = 4.5;
  private static final double OPERATIONS_PER_SECOND = 2;

  @TempDir
  Path directory;

  private final VirtualClock clock = new VirtualClock();
  private final UnforcedFileSystem files = new UnforcedFileSystem();

  @Test
  void aSampleIsWrittenToTheLogAndOnceToABlock() throws IOException {
    long begin = ChunkCut.windowStart(clock.wallMillis()) + ChunkCut.WINDOW_MS;
    clock.pass(begin - clock.wallMillis());
    try (Tsdb tsdb = open()) {
      var data = new NodeLikeData(HOSTS);
      byte[][] regions = new byte[HOSTS * NodeLikeData.SERIES_PER_HOST][];
      for (int i = 0; i < regions.length; i++) {
        regions[i] = LabelRegion.encode(NodeLikeData.labels(i));
      }
      long samples = 0;
      for (long scrape = begin + NodeLikeData.SCRAPE_MILLIS; scrape <= begin + ChunkCut.WINDOW_MS; scrape +=
          NodeLikeData.SCRAPE_MILLIS) {
        for (int host = 0; host < HOSTS; host++) {
          clock.pass(NodeLikeData.SCRAPE_MILLIS / HOSTS);
          var batch = new LogBatch();
          data.scrape(host, scrape - NodeLikeData.SCRAPE_MILLIS, batch);
          samples += batch.size();
          append(tsdb, regions, batch);
        }
        tsdb.stepWindows();
      }
      while (tsdb.windowStats().commits() == 0) {
        assertThat(clock.wallMillis()).isLessThan(begin + 2 * ChunkCut.WINDOW_MS);
        clock.pass(4_000);
        tick(tsdb);
        tsdb.stepWindows();
      }
      assertThat((double) files.written.get() / samples).isLessThan(BYTES_PER_SAMPLE);
    }
  }

  @Test
  void anIdleStoreHardlyTouchesTheVolume() throws IOException {
    try (Tsdb tsdb = open()) {
      int seconds = 1200;
      long before = 0;
      for (int second = 0; second < 2 * seconds; second++) {
        if (second == seconds) {
          before = files.operations.get();
        }
        clock.pass(1_000);
        tsdb.stepLogs();
        tsdb.stepWindows();
        if (second % 5 == 0) {
          // As often as the log says that it lives.
          tick(tsdb);
        }
      }
      assertThat((double) (files.operations.get() - before) / seconds).isLessThan(OPERATIONS_PER_SECOND);
    }
  }

  private Tsdb open() throws IOException {
    var windows = WindowOptions.standard(Labels.EMPTY, Duration.ofMinutes(30));
    var options = new TsdbOptions(directory.resolve("data"), directory.resolve("scratch"), "test",
        Duration.ZERO, 0, Long.MAX_VALUE, 0, false, windows);
    var random = new Random(5);
    Tsdb tsdb = Tsdb.openIdle(options, new UlidGenerator(clock, random).next(), files, clock, random);
    tsdb.stepLogs();
    assertThat(tsdb.notReady()).isEmpty();
    return tsdb;
  }

  private static void append(Tsdb tsdb, byte[][] regions, LogBatch batch) {
    try (Appender appender = tsdb.appender()) {
      for (int i = 0; i < batch.size(); i++) {
        byte[] region = regions[batch.series(i)];
        appender.append(appender.create(region, 0, region.length), batch.time(i), batch.valueBits(i));
      }
      assertThat(appender.commit()).isCompletedWithValue(CommitOutcome.Durable.INSTANCE);
    }
  }

  private void tick(Tsdb tsdb) {
    var batch = new LogBatch();
    batch.add(0, clock.wallMillis(), 0);
    append(tsdb, new byte[][] {LabelRegion.encode(Labels.of("__name__", "tick"))}, batch);
  }
}
