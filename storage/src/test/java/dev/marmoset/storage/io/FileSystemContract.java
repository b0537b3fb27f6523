package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What storage relies on, checked of every [FileSystem].
abstract class FileSystemContract {
  /// The file system under test.
  abstract FileSystem files();

  /// An existing empty directory of it.
  abstract Path directory();

  @Test
  void readsBackWhatWasAppended() throws IOException {
    write("a", "hello ");
    try (AppendFile file = files().append(directory().resolve("a"))) {
      assertThat(file.size()).isEqualTo(6);
      file.writeAll(bytes("world"));
      file.force();
      assertThat(file.size()).isEqualTo(11);
    }
    assertThat(text("a")).isEqualTo("hello world");
  }

  @Test
  void forcesAFileThatSomebodyElseWroteAndRefusesAMissingOne() throws IOException {
    write("a", "x");
    files().force(directory().resolve("a"));
    assertThat(text("a")).isEqualTo("x");
    assertThatThrownBy(() -> files().force(directory().resolve("b"))).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void readsFromAnyPositionUpToTheEnd() throws IOException {
    write("a", "0123456789");
    try (ReadFile file = files().open(directory().resolve("a"))) {
      byte[] target = new byte[8];
      assertThat(file.readUpTo(7, target, 1, 7)).isEqualTo(3);
      assertThat(new String(target, 1, 3, UTF_8)).isEqualTo("789");
      assertThat(file.read(10, target, 0, 8)).isEqualTo(-1);
      assertThat(file.size()).isEqualTo(10);
    }
  }

  @Test
  void createRefusesAnExistingName() throws IOException {
    write("a", "x");
    assertThatThrownBy(() -> files().create(directory().resolve("a")))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void appendAndOpenRefuseAMissingName() {
    assertThatThrownBy(() -> files().append(directory().resolve("a")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().open(directory().resolve("a"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().delete(directory().resolve("a")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> files().list(directory().resolve("a"))).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void linkGivesTheSameFileASecondName() throws IOException {
    write("a", "x");
    files().link(directory().resolve("a"), directory().resolve("b"));
    files().delete(directory().resolve("a"));
    try (AppendFile file = files().append(directory().resolve("b"))) {
      file.writeAll(bytes("y"));
    }
    assertThat(text("b")).isEqualTo("xy");
  }

  @Test
  void linkRefusesAnExistingNameAndLeavesItAlone() throws IOException {
    write("a", "x");
    write("b", "y");
    assertThatThrownBy(() -> files().link(directory().resolve("a"), directory().resolve("b")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(text("b")).isEqualTo("y");
  }

  @Test
  void listsNamesInOrder() throws IOException {
    write("b", "");
    write("a", "");
    files().createDirectories(directory().resolve("c").resolve("d"));
    files().createDirectories(directory().resolve("c"));
    assertThat(files().list(directory())).containsExactly("a", "b", "c");
    assertThat(files().list(directory().resolve("c"))).containsExactly("d");
  }

  @Test
  void renameReplacesAFileAndMovesADirectory() throws IOException {
    write("a", "x");
    write("b", "y");
    files().rename(directory().resolve("a"), directory().resolve("b"));
    assertThat(text("b")).isEqualTo("x");
    files().createDirectories(directory().resolve("c"));
    files().rename(directory().resolve("c"), directory().resolve("d"));
    assertThat(files().list(directory())).containsExactly("b", "d");
  }

  @Test
  void deletesOnlyEmptyDirectories() throws IOException {
    files().createDirectories(directory().resolve("c").resolve("d"));
    assertThatThrownBy(() -> files().delete(directory().resolve("c"))).isInstanceOf(IOException.class);
    files().delete(directory().resolve("c").resolve("d"));
    files().delete(directory().resolve("c"));
    assertThat(files().list(directory())).isEmpty();
  }

  @Test
  void tellsTheSpaceOfTheVolume() throws IOException {
    files().forceDirectory(directory());
    assertThat(files().space(directory()).total()).isPositive();
  }

  private void write(String name, String content) throws IOException {
    try (AppendFile file = files().create(directory().resolve(name))) {
      file.writeAll(bytes(content));
      file.force();
    }
  }

  private String text(String name) throws IOException {
    try (ReadFile file = files().open(directory().resolve(name))) {
      byte[] content = new byte[(int) file.size()];
      assertThat(file.readUpTo(0, content, 0, content.length)).isEqualTo(content.length);
      return new String(content, UTF_8);
    }
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
