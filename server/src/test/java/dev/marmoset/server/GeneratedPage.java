package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A page of `docs/` that is made from the code. The test that makes it fails when the committed page differs, or, with
/// `-Dmarmoset.write-docs=true`, writes it.
final class GeneratedPage {
  private static final String COMMAND =
      "./mvnw -q -pl server -am test -Dtest='*PageTest' -Dmarmoset.write-docs=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  private GeneratedPage() {}

  /// What stands at the top of such a page.
  static String notice() {
    return "<!-- Generated. After a change: " + COMMAND + " -->\n\n";
  }

  /// Compares or writes.
  ///
  /// @param name file name inside `docs/`
  static void check(String name, String content) throws IOException {
    Path page = Path.of(System.getProperty("marmoset.root", ".."), "docs", name);
    if (Boolean.getBoolean("marmoset.write-docs")) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, content);
    }
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("docs/" + name + " is out of date; run: " + COMMAND)
        .isEqualTo(content);
  }
}
