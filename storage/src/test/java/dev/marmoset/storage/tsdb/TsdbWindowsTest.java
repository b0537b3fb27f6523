package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.window.WindowOptions;
import dev.marmoset.storage.window.register.Registers;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Days of samples in any order, through cut, parts, close and restarts: nothing is missed at any time.
class TsdbWindowsTest {
  private static final WindowOptions STANDARD =
      WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(24));

  @TempDir
  Path directory;

  @Test
  void everyWindowEndsInOneFinalBlockWithAllThatWasSent() throws IOException {
    try (var simulation = new WindowSimulation(directory, 1, STANDARD)) {
      for (int sixHours = 0; sixHours < 8; sixHours++) {
        simulation.run(Duration.ofHours(6), 5, 20);
        assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
        simulation.restart();
        assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      }
      simulation.run(Duration.ofHours(28), 0, 0);
      long closed = simulation.clock.wallMillis() - Duration.ofHours(24).plusMinutes(4).toMillis();
      Map<Long, WindowState> states = new Registers(simulation.files, simulation.data).readAll();
      for (WindowState state : states.values()) {
        assertThat(state.isClosed()).as(state.toString()).isEqualTo(state.end() <= closed);
        if (state.isClosed()) {
          assertThat(state.commits()).hasSize(1);
          assertThat(state.blocks()).hasSize(1);
        }
      }
      assertThat(states).hasSizeGreaterThan(24);
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
    }
  }
}
