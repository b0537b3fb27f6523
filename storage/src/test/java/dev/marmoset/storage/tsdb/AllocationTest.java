package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Samples of known series leave no garbage behind on their way through judging, log and head: neither on the thread of
/// the request nor on the log's, closing their chunks included. What a request leaves is its future and its queue entry.
class AllocationTest {
  private static final int SERIES = 2000;
  /// Four chunks of each series.
  private static final int REQUESTS = 480;
  private static final int WARM_UP = 240;
  private static final long SCRAPE_MS = 15_000;
  private static final double MOST_BYTES_PER_SAMPLE = 2;
  /// Two windows are begun on the way: the rows and the scratch buffer of one grow to 3.6 MB, 3.8 B a sample here.
  private static final double MOST_BYTES_PER_LATE_SAMPLE = 16;

  @TempDir
  Path directory;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final byte[][] regions = new byte[SERIES][];
  private TsdbFixture fixture;
  private final long start = TsdbFixture.NOW - (REQUESTS + WARM_UP) * SCRAPE_MS;

  @BeforeEach
  void open() throws IOException {
    fixture = new TsdbFixture(directory, Duration.ofHours(24));
    for (int i = 0; i < SERIES; i++) {
      regions[i] =
          LabelRegion.encode(Labels.of("__name__", "metric_" + i / 10, "instance", "host-" + i % 10));
    }
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void judgingLoggingAndApplyingASampleAllocateNothing() {
    send(0, WARM_UP);
    long log = logThread();
    long own = threads.getCurrentThreadAllocatedBytes();
    long onLog = threads.getThreadAllocatedBytes(log);
    send(WARM_UP, WARM_UP + REQUESTS);
    own = threads.getCurrentThreadAllocatedBytes() - own;
    onLog = threads.getThreadAllocatedBytes(log) - onLog;
    double samples = (double) REQUESTS * SERIES;
    assertThat(own / samples).as("B per sample on the thread of the request")
        .isLessThan(MOST_BYTES_PER_SAMPLE);
    assertThat(onLog / samples).as("B per sample on the log's thread").isLessThan(MOST_BYTES_PER_SAMPLE);
    assertThat(fixture.tsdb.headStats().appendedSamples()).isEqualTo((long) (WARM_UP + REQUESTS) * SERIES);
    assertThat(fixture.tsdb.headStats().lateSamples()).isZero();
  }

  /// Sorting, spilling and merging included; an object per row would be 24 B.
  @Test
  void lateSamplesLeaveNoObjectBehindEither() {
    int all = WARM_UP + REQUESTS;
    send(all, all + 1);
    for (int request = all; request > REQUESTS; request--) {
      send(request - 1, request);
    }
    long onLog = threads.getThreadAllocatedBytes(logThread());
    for (int request = REQUESTS; request > 0; request--) {
      send(request - 1, request);
    }
    onLog = threads.getThreadAllocatedBytes(logThread()) - onLog;
    assertThat(onLog / ((double) REQUESTS * SERIES)).as("B per sample on the log's thread")
        .isLessThan(MOST_BYTES_PER_LATE_SAMPLE);
    assertThat(fixture.tsdb.headStats().lateSamples()).isEqualTo((long) all * SERIES);
  }

  private void send(int from, int to) {
    for (int request = from; request < to; request++) {
      try (Appender appender = fixture.tsdb.appender()) {
        for (int i = 0; i < SERIES; i++) {
          append(appender, i, request);
        }
        assertThat(appender.commit().join()).isInstanceOf(CommitOutcome.Durable.class);
      }
    }
  }

  private void append(Appender appender, int series, int request) {
    long found = appender.find(regions[series], 0, regions[series].length);
    long ref = found >= 0 ? found : appender.create(regions[series], 0, regions[series].length);
    long t = start + request * SCRAPE_MS + series % 7;
    appender.append(ref, t, Double.doubleToRawLongBits(request * 0.25 + series));
  }

  private long logThread() {
    long[] all = threads.getAllThreadIds();
    return Arrays.stream(all).filter(id -> threads.getThreadInfo(id) != null
        && threads.getThreadInfo(id).getThreadName().equals("log")).max().orElseThrow();
  }
}
