package dev.marmoset.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The two walks of docs/architecture.md (remote write to the disk, Series to the bytes) name what exists.
///
/// Under the heading "The two walks", a hop is a table row that starts with its number; what stands in backticks is `package.Type` or
/// `package.Type.method`, the package counted from `dev.marmoset` or `dev.marmoset.storage`.
class WalkTest {
  private static final String HEADING = "## The two walks";
  private static final int MAX_HOPS = 8;
  private static final Pattern HOP = Pattern.compile("^\\|\\s*(\\d+)\\s*\\|(.*)\\|\\s*$");
  private static final Pattern REFERENCE = Pattern.compile("`([^`]+)`");
  private static final Pattern QUALIFIED = Pattern.compile("((?:[a-z]+\\.)+)([A-Z]\\w*)(?:\\.([a-z]\\w*))?");

  /// One row of the table: its number and what each of its columns names.
  record Hop(int number, List<List<String>> walks) {}

  @Test
  void walksAreShortAndNumberedFromOne() throws IOException {
    var numbers = hops().stream().map(Hop::number).toList();
    assertThat(numbers).isNotEmpty().hasSizeLessThanOrEqualTo(MAX_HOPS)
        .isEqualTo(Stream.iterate(1, n -> n + 1).limit(numbers.size()).toList());
  }

  @Test
  void everyHopNamesATypeInBothWalks() throws IOException {
    assertThat(hops()).allSatisfy(hop -> assertThat(hop.walks()).hasSize(2).noneMatch(List::isEmpty));
  }

  @Test
  void everyHopExists() throws IOException {
    var wrong = new ArrayList<String>();
    for (Hop hop : hops()) {
      hop.walks().stream().flatMap(List::stream).flatMap(reference -> fault(reference).stream())
          .forEach(fault -> wrong.add("hop " + hop.number() + ": " + fault));
    }
    assertThat(wrong).isEmpty();
  }

  private static Optional<String> fault(String reference) {
    var parts = QUALIFIED.matcher(reference);
    if (!parts.matches()) {
      return Optional.of("`" + reference + "` is not package.Type or package.Type.method");
    }
    var name = parts.group(1) + parts.group(2);
    var method = Optional.ofNullable(parts.group(3));
    return type(name).map(type -> method.filter(wanted -> !declares(type, wanted))
        .map(wanted -> type.getName() + " has no method " + wanted))
        .orElseGet(() -> Optional.of("there is no type " + name));
  }

  private static Optional<Class<?>> type(String name) {
    return Stream.of("dev.marmoset.", "dev.marmoset.storage.").<Class<?>>mapMulti((prefix, found) -> {
      try {
        found.accept(Class.forName(prefix + name, false, WalkTest.class.getClassLoader()));
      } catch (ClassNotFoundException _) {
        // Looked for under the other prefix, or reported by the caller.
      }
    }).findFirst();
  }

  private static boolean declares(Class<?> type, String method) {
    return Stream.concat(Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getMethods()))
        .map(Method::getName).anyMatch(method::equals);
  }

  private static List<Hop> hops() throws IOException {
    var found = new ArrayList<Hop>();
    var lines = Files.readAllLines(SourceTree.root().resolve("docs/architecture.md"));
    for (String line : lines.subList(lines.indexOf(HEADING) + 1, lines.size())) {
      if (line.startsWith("## ")) {
        break;
      }
      var row = HOP.matcher(line);
      if (row.matches()) {
        var walks = Arrays.stream(row.group(2).split("\\|")).map(WalkTest::references).toList();
        found.add(new Hop(Integer.parseInt(row.group(1)), walks));
      }
    }
    return found;
  }

  private static List<String> references(String column) {
    return REFERENCE.matcher(column).results().map(match -> match.group(1)).toList();
  }
}
