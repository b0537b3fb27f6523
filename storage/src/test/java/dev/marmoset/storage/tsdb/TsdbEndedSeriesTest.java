package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Days in which tasks come and go: memory holds those of the last hours, and nothing that was sent is missing.
class TsdbEndedSeriesTest {
  private static final int SERIES = 4;

  @TempDir
  Path directory;

  @Test
  void tasksComeGoAndComeBackThroughRestarts() throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(24));
    try (var simulation = new WindowSimulation(directory, 9, options)) {
      long removed = 0;
      for (int i = 0; i < 12; i++) {
        // Every third task is one that was there a day ago.
        simulation.task = "task-" + (i % 3 == 2 ? i / 3 : i);
        simulation.run(Duration.ofHours(2), SERIES, 5);
        assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
        if (i > 4) {
          assertThat(simulation.tsdb.headSizes().series()).as("series after task %d", i)
              .isLessThanOrEqualTo(4 * SERIES + 1);
        }
        if (i % 8 == 3) {
          removed += simulation.tsdb.headStats().removedSeries();
          simulation.restart();
        } else if (i % 8 == 7) {
          removed += simulation.tsdb.headStats().removedSeries();
          simulation.crash();
        }
      }
      assertThat(removed).isGreaterThan(4 * SERIES);
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
    }
  }

  /// Each reads the others' logs, whose definitions it must not forget while their segments go on.
  @Test
  void replicasForgetWhatHasEndedWhoeverTookIt() throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(6));
    try (var simulation = new ReplicaSimulation(directory, 11, options, Optional.empty())) {
      simulation.join();
      simulation.join();
      for (int i = 0; i < 10; i++) {
        simulation.task = "task-" + (i % 3 == 2 ? i / 3 : i);
        simulation.run(Duration.ofHours(2), SERIES, 2);
        simulation.assertComplete(TimeRange.ALL);
        if (i > 4) {
          for (var replica : simulation.replicas) {
            assertThat(replica.tsdb.headSizes().series()).as("series after task %d", i)
                .isLessThanOrEqualTo(5 * SERIES + 1);
          }
        }
        if (i == 4) {
          simulation.kill(simulation.any());
          simulation.join();
          simulation.awaitSeals();
        }
      }
      assertThat(simulation.replicas).allSatisfy(
          replica -> assertThat(replica.tsdb.headStats().removedSeries()).isGreaterThan(SERIES));
    }
  }
}
