package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
  @Test
  void numbersArePartOfTheInterface() {
    assertThat(Arrays.stream(ExitCode.values()).map(code -> code + "=" + code.number())).containsExactly(
        "CLEAN=0",
        "FAILED=1", "BAD_CONFIGURATION=2", "OUT_OF_MEMORY=3", "DATA_PATH_UNUSABLE=4", "ADDRESS_IN_USE=5",
        "LEASE_LOST=6", "STOP_INCOMPLETE=7");
  }
}
