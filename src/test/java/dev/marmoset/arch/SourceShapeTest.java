package dev.marmoset.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the text of the sources owes a reader. Missing documents break the build; sizes are goals, written to
/// `server/target/source-shape.md` and summed up in one printed line.
class SourceShapeTest {
  // Joined, so that this file does not name what it looks for.
  private static final Pattern MARK = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b(?!\\(#\\d+\\))");
  private static final Pattern NULL_MARKED = Pattern.compile("(?m)^@NullMarked$");

  private static List<SourceFile> mainFiles = List.of();

  @BeforeAll
  static void parseMainSources() throws IOException {
    mainFiles = SourceFile.parse(SourceTree.mainSources());
  }

  @Test
  void everyPackageHasNullMarkedPackageInfo() throws IOException {
    var directories = new TreeSet<Path>();
    SourceTree.mainSources().forEach(file -> directories.add(file.resolveSibling("package-info.java")));
    var missing = new ArrayList<Path>();
    for (Path info : directories) {
      if (!Files.exists(info) || !NULL_MARKED.matcher(Files.readString(info)).find()) {
        missing.add(SourceTree.root().relativize(info));
      }
    }
    // A bench shares its subject's package, which carries the package-info in its own module.
    missing.removeIf(info -> info.startsWith("bench") && inAModule(info));
    assertThat(missing).as("package-info.java with @NullMarked").isEmpty();
  }

  @Test
  void everyMarkForLaterHasANumber() throws IOException {
    var marks = new ArrayList<String>();
    for (Path file : Stream.concat(SourceTree.mainSources().stream(), SourceTree.testSources().stream())
        .toList()) {
      var lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (MARK.matcher(lines.get(i)).find()) {
          marks.add(SourceTree.root().relativize(file) + ":" + (i + 1));
        }
      }
    }
    assertThat(marks).as("marks for later without (#number)").isEmpty();
  }

  @Test
  void everyPublicTypeHasADocComment() {
    var bare = mainFiles.stream().flatMap(file -> file.types().stream().filter(type -> type.isPublic())
        .filter(type -> !type.isDocumented()).map(type -> file.path() + " " + type.name())).toList();
    assertThat(bare).as("public types without a doc comment").isEmpty();
  }

  @Test
  void reportsSizes() throws IOException {
    var report = new SizeReport(mainFiles);
    var target = SourceTree.root().resolve("server/target/source-shape.md");
    Files.createDirectories(target.getParent());
    Files.writeString(target, report.details());
    System.out.println(report.summary() + " (server/target/source-shape.md)");
    assertThat(target).isNotEmptyFile();
  }

  private static boolean inAModule(Path benchInfo) {
    var inModule = benchInfo.subpath(1, benchInfo.getNameCount());
    return SourceTree.MODULES.stream().map(SourceTree.root()::resolve)
        .anyMatch(module -> Files.exists(module.resolve(inModule)));
  }
}
