package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExclusiveCreateTest {
  private static final Path LOGS = Path.of("/v/logs");
  private static final Path TARGET = LOGS.resolve("target");
  private static final Path TEMPORARY = Path.of("/v/tmp");

  private final FaultyFileSystem files = new FaultyFileSystem();

  @BeforeEach
  void makeDirectories() throws IOException {
    files.createDirectories(LOGS);
    files.createDirectories(TEMPORARY);
  }

  @Test
  void firstWinsAndSecondLoses() throws IOException {
    assertThat(create("one").attempt()).isEqualTo(ExclusiveCreate.Result.WON);
    assertThat(create("two").attempt()).isEqualTo(ExclusiveCreate.Result.LOST);
    assertThat(create("one").attempt()).as("content of its own").isEqualTo(ExclusiveCreate.Result.WON);
    assertThat(files.list(TEMPORARY)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_BEFORE", "ERROR_AFTER", "NO_SPACE", "SHORT", "STALE"})
  void anyFailedOperationIsOvercomeByAskingAgain(Fault fault) throws IOException {
    for (int k = 0;; k++) {
      var volume = new FaultyFileSystem();
      volume.createDirectories(LOGS);
      volume.createDirectories(TEMPORARY);
      int before = volume.operations().size();
      volume.failAt(before + k, fault);
      var create = new ExclusiveCreate(volume, TARGET, TEMPORARY, "n", new byte[] {1, 2, 3});
      var result = create.attempt();
      boolean reached = volume.operations().size() > before + k;
      if (result == ExclusiveCreate.Result.UNKNOWN) {
        result = create.attempt();
      }
      assertThat(result).as("fault %s at operation %d", fault, k).isEqualTo(ExclusiveCreate.Result.WON);
      if (!reached) {
        return;
      }
      assertThat(volume.list(LOGS)).containsExactly("target");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_BEFORE", "ERROR_AFTER", "NO_SPACE", "SHORT", "STALE"})
  void noFaultTurnsALossIntoAVictory(Fault fault) throws IOException {
    for (int k = 0; k < 12; k++) {
      var volume = new FaultyFileSystem();
      volume.createDirectories(LOGS);
      volume.createDirectories(TEMPORARY);
      var rival = new ExclusiveCreate(volume, TARGET, TEMPORARY, "rival", new byte[] {9, 9, 9});
      assertThat(rival.attempt()).isEqualTo(ExclusiveCreate.Result.WON);
      volume.failAt(volume.operations().size() + k, fault);
      var create = new ExclusiveCreate(volume, TARGET, TEMPORARY, "n", new byte[] {1, 2, 3});
      var result = create.attempt();
      for (int i = 0; i < 3 && result == ExclusiveCreate.Result.UNKNOWN; i++) {
        result = create.attempt();
      }
      assertThat(result).as("fault %s at operation %d", fault, k).isEqualTo(ExclusiveCreate.Result.LOST);
    }
  }

  private ExclusiveCreate create(String content) {
    return new ExclusiveCreate(files, TARGET, TEMPORARY, content + files.operations().size(),
        content.getBytes(
            UTF_8));
  }
}
