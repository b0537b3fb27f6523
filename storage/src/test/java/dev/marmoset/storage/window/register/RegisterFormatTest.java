package dev.marmoset.storage.window.register;

import static dev.marmoset.storage.window.register.RegisterExamples.START;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.io.CorruptDataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Format 1 as it lies on volumes: the files under `golden/register-v1` never change while the format is read.
class RegisterFormatTest {
  private static final Path PATH = Path.of("windows", "1700006400000", "000001");

  static Stream<RegisterRecord> examples() {
    return Stream.concat(RegisterExamples.waiting().stream(), RegisterExamples.patched().stream());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void readsWhatItWrites(RegisterRecord example) throws IOException {
    byte[] bytes = RegisterFormat.encode(START, example);
    assertThat(RegisterFormat.decode(PATH, START, example.number(), bytes))
        .isEqualTo(new RegisterFormat.Known(example));
  }

  @Test
  void goldenFilesAreReadAndWrittenToTheByte() throws IOException {
    assertGolden("wait", RegisterExamples.waiting());
    assertGolden("patch", RegisterExamples.patched());
  }

  private static void assertGolden(String name, List<RegisterRecord> examples) throws IOException {
    for (RegisterRecord example : examples) {
      byte[] golden = golden(name + "/" + RegisterFiles.record(example.number()));
      assertThat(new String(RegisterFormat.encode(START, example), UTF_8))
          .isEqualTo(new String(golden, UTF_8));
      assertThat(RegisterFormat.decode(PATH, START, example.number(), golden))
          .isEqualTo(new RegisterFormat.Known(example));
    }
  }

  private static byte[] golden(String name) throws IOException {
    try (var in = RegisterFormatTest.class.getResourceAsStream("/golden/register-v1/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @Test
  void passesOverMembersItDoesNotKnow() throws IOException {
    RegisterRecord example = RegisterExamples.waiting().getFirst();
    String text = new String(RegisterFormat.encode(START, example), UTF_8)
        .replaceFirst("\\{", "{\"new\": [1, {}],");
    assertThat(RegisterFormat.decode(PATH, START, 1, text.getBytes(UTF_8)))
        .isEqualTo(new RegisterFormat.Known(example));
  }

  @ParameterizedTest
  @CsvSource({"'\"format\": 1','\"format\": 2'", "'\"type\": \"claim\"','\"type\": \"lease\"'",
    "'\"purpose\": \"final\"','\"purpose\": \"rewrite\"'"})
  void whatIsTooNewIsNeverMisreadButItsClosingIsSeen(String known, String later) throws IOException {
    RegisterRecord closing = RegisterExamples.waiting().get(2);
    String text = new String(RegisterFormat.encode(START, closing), UTF_8);
    assertThat(text).contains(known);
    assertThat(RegisterFormat.decode(PATH, START, 3, text.replace(known, later).getBytes(UTF_8)))
        .isInstanceOfSatisfying(RegisterFormat.TooNew.class, tooNew -> {
          assertThat(tooNew.closing()).isTrue();
          assertThat(tooNew.what()).contains(PATH.toString());
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"format\": 1}", "{\"format\": \"1\", \"type\": \"claim\"}",
    "nonsense",
    "{\"format\": 1, \"type\": \"claim\", \"window\": 1700006400000, \"number\": 2}"})
  void garbageIsAnErrorThatNamesTheFile(String text) {
    assertThatThrownBy(() -> RegisterFormat.decode(PATH, START, 1, text.getBytes(UTF_8)))
        .isInstanceOf(CorruptDataException.class).hasMessageContaining(PATH.toString());
  }

  /// A record cut anywhere, or with any byte replaced, is an error or a record; never another exception.
  @ParameterizedTest
  @MethodSource("examples")
  void noDamageEscapesAsSomethingElse(RegisterRecord example) throws IOException {
    byte[] whole = RegisterFormat.encode(START, example);
    for (int at = 0; at < whole.length - 1; at++) {
      byte[] cut = Arrays.copyOf(whole, at);
      assertThatThrownBy(() -> RegisterFormat.decode(PATH, START, example.number(), cut))
          .isInstanceOf(CorruptDataException.class);
      for (byte wrong : new byte[] {'0', '-', '"', (byte) 0xff}) {
        byte[] changed = whole.clone();
        changed[at] = wrong;
        try {
          RegisterFormat.decode(PATH, START, example.number(), changed);
        } catch (CorruptDataException expected) {
          assertThat(expected).hasMessageContaining(PATH.toString());
        }
      }
    }
  }
}
