package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.tsdb.ReplicaSimulation.Replica;
import dev.marmoset.storage.window.LateSamples;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The minutes around a cut, in any order of writing, following, keeping, dying and joining: after each step each replica
/// answers with all it must have.
class AdoptionSimulationTest {
  private static final int STEPS = 200;
  private static final Labels[] SERIES = {Labels.of("__name__", "m", "n", "0"),
    Labels.of("__name__", "m", "n", "1"), Labels.of("__name__", "ended")};

  @TempDir
  Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void nothingIsMissingInAnyOrder(int seed) throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(24))
        .withBucket(seed % 3 == 0 ? LateSamples.PATCH : LateSamples.WAIT, false);
    try (var simulation =
        new ReplicaSimulation(directory.resolve("" + seed), seed, options, Optional.empty())) {
      for (int i = 0; i < 3; i++) {
        simulation.join();
      }
      long end = ChunkCut.windowStart(simulation.clock.wallMillis()) + ChunkCut.WINDOW_MS;
      long due = end + (seed % 3 == 0 ? 120_000 : WindowOptions.CUT_DELAY.toMillis());
      for (int window = 0; window < 2; window++) {
        simulation
            .run(
                Duration
                    .ofMillis(due + window * ChunkCut.WINDOW_MS - simulation.clock.wallMillis() - 40_000),
                2, 30);
        for (int step = 0; step < STEPS; step++) {
          happen(simulation, end + window * ChunkCut.WINDOW_MS);
          for (Replica replica : simulation.replicas) {
            replica.assertHasWhatItKnows(
                new TimeRange(simulation.clock.wallMillis() - 3 * 3_600_000, Long.MAX_VALUE));
          }
        }
        simulation.follow();
        simulation.assertComplete(TimeRange.ALL);
      }
      simulation.run(Duration.ofHours(4), 2, 30);
      simulation.assertComplete(TimeRange.ALL);
    }
  }

  /// Each passes at most 3 s, so that nobody falls behind for good or loses its lease.
  private static void happen(ReplicaSimulation simulation, long end) throws IOException {
    Replica one = simulation.any();
    int event = simulation.random.nextInt(100);
    if (event < 30) {
      one.send(SERIES[simulation.random.nextInt(SERIES.length)],
          end - 1 - simulation.random.nextLong(ChunkCut.WINDOW_MS));
    } else if (event < 60) {
      simulation.clock.pass(1_200);
      one.follow();
    } else if (event < 92) {
      one.keep();
    } else if (event < 98) {
      simulation.clock.pass(2_000);
    } else if (event == 98 && simulation.replicas.size() > 2) {
      simulation.kill(one);
    } else {
      if (simulation.replicas.size() < 4) {
        simulation.join();
        // Until then the others do not look for new logs.
        simulation.clock.pass(3_100);
      }
    }
    simulation.tickIfDue();
  }
}
