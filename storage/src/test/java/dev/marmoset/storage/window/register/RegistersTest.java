package dev.marmoset.storage.window.register;

import static dev.marmoset.storage.window.register.RegisterExamples.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.Fault;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.window.register.WindowState.Health;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegistersTest {
  private static final Path DATA = Path.of("/v");
  private static final Path WINDOW = RegisterFiles.window(DATA, START);

  private final FaultyFileSystem files = new FaultyFileSystem();
  private final Registers registers = new Registers(files, DATA);

  @Test
  void aVolumeWithoutRegistersHasNone() throws IOException {
    assertThat(registers.readAll()).isEmpty();
    assertThat(registers.read(START)).isEqualTo(WindowState.empty(START));
  }

  @Test
  void readsAllWindowsAndPassesOverForeignNames() throws IOException {
    write(RegisterExamples.waiting());
    for (String name : List.of("x", "01700006400000", "1700006400001", "-0", "99999999999999999999")) {
      files.createDirectories(RegisterFiles.windows(DATA).resolve(name));
    }
    put(WINDOW.resolve("notes.txt"), "hello");
    put(WINDOW.resolve("0000003"), "hello");
    assertThat(registers.starts()).containsExactly(START);
    WindowState state = registers.readAll().firstEntry().getValue();
    assertThat(state.records()).isEqualTo(RegisterExamples.waiting());
    assertThat(state.health()).isEqualTo(Health.WHOLE);
  }

  @Test
  void aSecondLookReadsOnlyWhatIsNew() throws IOException {
    write(RegisterExamples.waiting().subList(0, 3));
    WindowState first = registers.read(START);
    write(RegisterExamples.waiting().subList(3, 5));
    int before = files.operations().size();
    WindowState second = registers.refresh(first);
    assertThat(second.records()).hasSize(5);
    assertThat(files.operations().subList(before, files.operations().size()))
        .filteredOn(operation -> operation.startsWith("open")).hasSize(2);
  }

  @Test
  void damageFreezesTheWindowAndNamesTheFile() throws IOException {
    for (String garbage : List.of("", "{", "{\"format\":1}", "\u0000\u0000")) {
      var volume = new FaultyFileSystem();
      write(volume, RegisterExamples.waiting().subList(0, 2));
      put(volume, WINDOW.resolve("000003"), garbage);
      write(volume, RegisterExamples.waiting().subList(3, 4));
      WindowState state = new Registers(volume, DATA).read(START);
      assertThat(state.health()).isEqualTo(Health.DAMAGED);
      assertThat(state.reason()).contains(WINDOW.resolve("000003").toString());
      assertThat(state.parts()).as("what precedes counts").hasSize(1);
      assertThat(state.isClosed()).as("what follows does not count").isFalse();
      assertThat(state.isClosing()).as("but it closes the window for starters").isTrue();
      assertThat(state.mayClaim(_ -> true)).isFalse();
      assertThat(state.accepts(RegisterExamples.claim(3, RegisterExamples.A,
          RegisterRecord.Purpose.PART, false))).isFalse();
    }
  }

  @Test
  void aMissingRecordIsDamage() throws IOException {
    write(RegisterExamples.waiting());
    files.delete(WINDOW.resolve("000002"));
    WindowState state = registers.read(START);
    assertThat(state.health()).isEqualTo(Health.DAMAGED);
    assertThat(state.reason()).contains("record 2").contains(WINDOW.toString());
    assertThat(state.records()).hasSize(1);
  }

  @Test
  void aNewerRecordFreezesTheWindow() throws IOException {
    write(RegisterExamples.waiting().subList(0, 2));
    put(WINDOW.resolve("000003"), "{\"format\": 2, \"type\": \"claim\", \"closing\": true}");
    WindowState state = registers.read(START);
    assertThat(state.health()).isEqualTo(Health.TOO_NEW);
    assertThat(state.reason()).contains(WINDOW.resolve("000003").toString()).contains("format 2");
    assertThat(state.isClosing()).isTrue();
    assertThat(state.parts()).hasSize(1);
  }

  @Test
  void aVolumeThatDoesNotAnswerIsAskedAgain() throws IOException {
    write(RegisterExamples.waiting());
    WindowState whole = registers.read(START);
    int operations = countOf(() -> registers.read(START));
    for (int k = 0; k < operations; k++) {
      for (Fault fault : List.of(Fault.ERROR_BEFORE, Fault.STALE, Fault.ERROR_AFTER)) {
        files.failAt(files.operations().size() + k, fault);
        WindowState state = registers.read(START);
        if (!state.equals(whole)) {
          assertThat(state.health()).isEqualTo(Health.UNREADABLE);
          assertThat(state.reason()).contains(WINDOW.toString());
        }
        assertThat(registers.refresh(state)).as("operation " + k + " " + fault).isEqualTo(whole);
      }
    }
  }

  /// A killed author leaves names that were never forced; what a reader has seen it may act on, so it must stay.
  @Test
  void whatWasReadSurvivesAPowerLoss() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      var volume = new FaultyFileSystem();
      volume.createDirectories(DATA);
      volume.forceDirectory(Path.of("/"));
      write(volume, RegisterExamples.waiting());
      WindowState seen = new Registers(volume, DATA).read(START);
      volume.crash(new Random(seed));
      assertThat(new Registers(volume, DATA).read(START)).isEqualTo(seen);
    }
  }

  private int countOf(Runnable action) {
    int before = files.operations().size();
    action.run();
    return files.operations().size() - before;
  }

  private void write(List<RegisterRecord> records) throws IOException {
    write(files, records);
  }

  private static void write(FaultyFileSystem volume, List<RegisterRecord> records) throws IOException {
    for (RegisterRecord next : records) {
      put(volume, WINDOW.resolve(RegisterFiles.record(next.number())),
          new String(RegisterFormat.encode(START, next), UTF_8));
    }
  }

  private void put(Path path, String content) throws IOException {
    put(files, path, content);
  }

  private static void put(FaultyFileSystem volume, Path path, String content) throws IOException {
    volume.createDirectories(path.resolve("..").normalize());
    try (AppendFile file = volume.create(path)) {
      file.writeAll(ByteBuffer.wrap(content.getBytes(UTF_8)));
      file.force();
    }
  }
}
