package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The logs shrink as windows become blocks, and nothing that was acknowledged is missed, whatever restarts come between.
class TsdbLogRetentionTest {
  private static final WindowOptions STANDARD =
      WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(24));

  @TempDir
  Path directory;

  @Test
  void theLogHoldsAFewHoursOnly() throws IOException {
    try (var simulation = new WindowSimulation(directory, 1, STANDARD)) {
      for (int hours = 0; hours < 12; hours++) {
        simulation.run(Duration.ofHours(1), 3, 0);
      }
      List<String> logs = simulation.files.list(LogFiles.logs(simulation.data));
      assertThat(logs).hasSize(1);
      List<String> segments = simulation.files.list(LogFiles.logs(simulation.data).resolve(logs.getFirst()));
      assertThat(segments).hasSizeLessThanOrEqualTo(8).doesNotContain(LogFiles.segment(1));
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      ReplicaStats stats = simulation.tsdb.replicaStats();
      assertThat(stats.deletedSegments()).isGreaterThan(2);
      assertThat(stats.deletedBytes()).isGreaterThan(stats.deletedSegments());
      assertThat(stats.leaseNanos()).isBetween(1L, 15_000_000_000L);
      assertThat(stats.followed() + stats.unsealed() + stats.lagNanos() + stats.lagBytes() + stats.sealed())
          .as("of others, of whom there are none").isZero();
      simulation.restart();
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
    }
  }

  @Test
  void logsOfEarlierStartsGoOnceTheirWindowsAreInBlocks() throws IOException {
    try (var simulation = new WindowSimulation(directory, 2, STANDARD)) {
      for (int day = 0; day < 3; day++) {
        for (int quarter = 0; quarter < 4; quarter++) {
          simulation.run(Duration.ofHours(6), 3, 10);
          simulation.restart();
          assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
        }
      }
      assertThat(simulation.files.list(LogFiles.logs(simulation.data))).hasSizeLessThan(9);
      assertThat(simulation.files.list(simulation.data.resolve(LogFiles.TEMPORARY))).hasSizeLessThan(9);
    }
  }
}
