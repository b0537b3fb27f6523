package dev.marmoset.storage.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrashTest {
  private final VirtualClock clock = new VirtualClock();

  @Test
  void deletesOnlyWhatHasLainHereForAWhile(@TempDir Path data) throws IOException {
    var files = new LocalFileSystem();
    var trash = new Trash(files, clock, data, Duration.ofHours(1));
    Path log = log(files, data);
    assertThat(trash.step()).as("no trash yet").isZero();
    assertThat(trash.move(log, "log-1")).isTrue();
    assertThat(trash.move(log, "log-1")).as("gone already").isFalse();
    assertThat(trash.step()).isZero();
    clock.pass(3_599_999);
    assertThat(trash.step()).isZero();
    assertThat(data.resolve("trash/log-1/seg-2")).exists();
    clock.pass(1);
    assertThat(trash.step()).isEqualTo(1);
    assertThat(files.list(data.resolve("trash"))).isEmpty();
  }

  @Test
  void aNewProcessWaitsAnew(@TempDir Path data) throws IOException {
    var files = new LocalFileSystem();
    var trash = new Trash(files, clock, data, Duration.ofHours(1));
    trash.move(log(files, data), "log-1");
    trash.step();
    clock.pass(4_000_000);
    assertThat(new Trash(files, clock, data, Duration.ofHours(1)).step()).isZero();
    assertThat(trash.step()).isEqualTo(1);
  }

  @Test
  void theLastNameGoesLastAndWhatFailsIsDoneAgain() throws IOException {
    var files = new FaultyFileSystem();
    Path data = Path.of("/v");
    var trash = new Trash(files, clock, data, Duration.ZERO);
    trash.move(log(files, data), "log-1");
    assertThat(trash.move(log(files, data), "log-2")).isTrue();
    files.failAt(files.operations().size() + 6, Fault.ERROR_BEFORE);
    assertThatThrownBy(trash::step).isInstanceOf(IOException.class);
    assertThat(trash.step()).isEqualTo(1);
    assertThat(files.operations()).filteredOn(operation -> operation.startsWith("delete"))
        .filteredOn(operation -> operation.contains("log-2"))
        .containsExactly("delete /v/trash/log-2/seg-1", "delete /v/trash/log-2/seg-2",
            "delete /v/trash/log-2");
  }

  private static Path log(FileSystem files, Path data) throws IOException {
    Path log = data.resolve("logs").resolve("1");
    files.createDirectories(log);
    for (String name : new String[] {"seg-1", "seg-2"}) {
      try (AppendFile file = files.create(log.resolve(name))) {
        file.writeAll(ByteBuffer.wrap(new byte[] {1}));
      }
    }
    return log;
  }
}
