package dev.marmoset.arch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The test classes of all modules, for those who name one as the holder of a promise.
public final class TestSources {
  private final Map<String, String> sources = new TreeMap<>();

  private TestSources() {}

  /// Reads them.
  public static TestSources read() {
    var all = new TestSources();
    for (String module : List.of("", "storage", "ingest", "query", "store-api", "server")) {
      Path root = Peers.root().resolve(module).resolve("src/test/java");
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(file -> file.toString().endsWith("Test.java")).toList()) {
          all.sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("reading the tests in " + root, e);
      }
    }
    return all;
  }

  /// Asserts that a test exists.
  ///
  /// @param test   `Class` or `Class#method`
  /// @param holder what it is named for
  public void require(String test, String holder) {
    String[] parts = test.split("#");
    assertThat(sources).as("test class of " + holder).containsKey(parts[0]);
    if (parts.length > 1) {
      assertThat(sources.getOrDefault(parts[0], "")).as("test of " + holder)
          .contains("void " + parts[1] + "(");
    }
  }
}
