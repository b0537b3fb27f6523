package dev.marmoset.arch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where the sources and classes of this checkout lie, whatever directory the tests run in.
final class SourceTree {
  /// The modules whose code we write, in build order; `proto` is generated.
  static final List<String> MODULES = List.of("storage", "ingest", "query", "store-api", "server");

  private SourceTree() {}

  /// The directory that holds the root pom and the Maven wrapper.
  static Path root() {
    var start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("mvnw"))) {
        return at;
      }
    }
    throw new IllegalStateException("looking for the root of the checkout: no mvnw in or above " + start);
  }

  /// The compiled main classes of all modules, generated ones included.
  static List<Path> classDirectories() {
    return Stream.concat(Stream.of("proto"), MODULES.stream())
        .map(module -> root().resolve(module).resolve("target/classes")).filter(Files::isDirectory).toList();
  }

  /// All main sources we write, benches included.
  static List<Path> mainSources() throws IOException {
    return sources(
        Stream.concat(MODULES.stream(), Stream.of("bench")).map(module -> module + "/src/main/java"));
  }

  /// All test sources: those of the modules and the product tests.
  static List<Path> testSources() throws IOException {
    return sources(Stream.concat(MODULES.stream().map(module -> module + "/src/test/java"),
        Stream.of("src/test/java")));
  }

  private static List<Path> sources(Stream<String> directories) throws IOException {
    var found = Stream.<Path>builder();
    for (String directory : directories.toList()) {
      walk(root().resolve(directory), ".java").forEach(found);
    }
    return found.build().toList();
  }

  /// Files below `directory` whose names end in `suffix`; none if there is no such directory.
  static List<Path> walk(Path directory, String suffix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }
}
