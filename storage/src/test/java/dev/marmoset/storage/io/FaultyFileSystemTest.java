package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultyFileSystemTest extends FileSystemContract {
  private static final Path DIRECTORY = Path.of("/v");

  private final FaultyFileSystem files = new FaultyFileSystem();

  @BeforeEach
  void makeDirectory() throws IOException {
    files.createDirectories(DIRECTORY);
    files.forceDirectory(Path.of("/"));
  }

  @Override
  FileSystem files() {
    return files;
  }

  @Override
  Path directory() {
    return DIRECTORY;
  }

  @Test
  void forcedBytesOfAForcedNameSurviveAndOthersMayOrMayNot() throws IOException {
    var outcomes = new HashSet<Long>();
    for (int seed = 0; seed < 200; seed++) {
      var volume = new FaultyFileSystem();
      volume.createDirectories(DIRECTORY);
      volume.forceDirectory(Path.of("/"));
      AppendFile file = volume.create(DIRECTORY.resolve("a"));
      file.writeAll(bytes("forced"));
      file.force();
      volume.forceDirectory(DIRECTORY);
      file.writeAll(bytes("unforced"));
      volume.create(DIRECTORY.resolve("b")).force();
      volume.crash(new Random(seed));
      try (ReadFile survivor = volume.open(DIRECTORY.resolve("a"))) {
        byte[] content = new byte[6];
        assertThat(survivor.readUpTo(0, content, 0, 6)).isEqualTo(6);
        assertThat(content).isEqualTo("forced".getBytes(UTF_8));
        outcomes.add(survivor.size() * 2 + (volume.list(DIRECTORY).contains("b") ? 1 : 0));
      }
    }
    assertThat(outcomes).contains(12L, 13L, 28L, 29L).hasSizeGreaterThan(8);
  }

  @Test
  void aForceErrorIsReportedOnceAndTheBytesAreLost() throws IOException {
    AppendFile file = files.create(DIRECTORY.resolve("a"));
    files.forceDirectory(DIRECTORY);
    file.writeAll(bytes("gone"));
    files.failAt(files.operations().size(), Fault.LOSES_UNFORCED);
    assertThatThrownBy(file::force).isInstanceOf(IOException.class);
    file.force();
    files.crash(new Random(1));
    try (ReadFile survivor = files.open(DIRECTORY.resolve("a"))) {
      assertThat(survivor.size()).isZero();
    }
  }

  @Test
  void failsAtTheChosenOperationOnly() throws IOException {
    AppendFile file = files.create(DIRECTORY.resolve("a"));
    int next = files.operations().size();
    files.failAt(next, Fault.NO_SPACE).failAt(next + 2, Fault.CRASH_BEFORE);
    assertThatThrownBy(() -> file.writeAll(bytes("12345678"))).hasMessage("No space left on device");
    assertThat(file.size()).isEqualTo(4);
    file.force();
    assertThatThrownBy(() -> files.list(DIRECTORY)).isInstanceOf(PowerLoss.class);
    assertThatThrownBy(() -> files.list(DIRECTORY)).isInstanceOf(PowerLoss.class);
  }
}
