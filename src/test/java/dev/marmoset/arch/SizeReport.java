package dev.marmoset.arch;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The size goals of the style guide against the tree as it is. Goals, not limits: a reviewer decides.
record SizeReport(List<SourceFile> files) {
  private static final int MAX_FILE_LINES = 600;
  private static final int MAX_METHOD_LINES = 60;
  private static final int MAX_PARAMETERS = 6;
  private static final int MAX_TYPES_PER_PACKAGE = 12;

  SizeReport {
    files = List.copyOf(files);
  }

  /// One line: percentiles and how many places exceed a goal.
  String summary() {
    return "Source shape: " + files.size() + " files " + percentiles(fileLines()) + ", "
        + methodLines().length + " methods " + percentiles(methodLines()) + ", " + publicShare()
        + " % of top-level types public, " + exceeded().size() + " goals exceeded";
  }

  /// A Markdown list of every place above a goal, and the shares of public and documented types.
  String details() {
    var types = files.stream().flatMap(file -> file.types().stream()).toList();
    long documented = types.stream().filter(SourceFile.Type::isDocumented).count();
    return summary() + "\n\nDocumented types: " + documented + " of " + types.size() + "\n\n"
        + exceeded().stream().map(line -> "- " + line + "\n").collect(Collectors.joining());
  }

  private List<String> exceeded() {
    var longFiles = files.stream().filter(file -> file.lines() > MAX_FILE_LINES)
        .map(file -> file.path() + ": " + file.lines() + " lines");
    var methods = files.stream().flatMap(file -> file.methods().stream()
        .filter(method -> method.lines() > MAX_METHOD_LINES || method.parameters() > MAX_PARAMETERS)
        .map(method -> file.path() + " " + method.name() + ": " + method.lines() + " lines, "
            + method.parameters() + " parameters"));
    return Stream.of(longFiles, methods, widePackages()).flatMap(lines -> lines).toList();
  }

  private Stream<String> widePackages() {
    var topLevelTypes = files.stream().collect(Collectors.groupingBy(SourceFile::packageName, TreeMap::new,
        Collectors.summingLong(file -> file.types().stream().filter(SourceFile.Type::isTopLevel).count())));
    return topLevelTypes.entrySet().stream().filter(entry -> entry.getValue() > MAX_TYPES_PER_PACKAGE)
        .map(entry -> entry.getKey() + ": " + entry.getValue() + " types");
  }

  private long publicShare() {
    var topLevel =
        files.stream().flatMap(file -> file.types().stream()).filter(SourceFile.Type::isTopLevel).toList();
    long open = topLevel.stream().filter(SourceFile.Type::isPublic).count();
    return topLevel.isEmpty() ? 0 : 100 * open / topLevel.size();
  }

  private int[] fileLines() {
    return files.stream().mapToInt(SourceFile::lines).sorted().toArray();
  }

  private int[] methodLines() {
    return files.stream().flatMap(file -> file.methods().stream()).mapToInt(SourceFile.Method::lines).sorted()
        .toArray();
  }

  private static String percentiles(int[] sorted) {
    return IntStream.of(50, 90, 100).mapToObj(percent -> String.valueOf(at(percent, sorted)))
        .collect(Collectors.joining("/", "p50/p90/max ", ""));
  }

  private static int at(int percent, int[] sorted) {
    return sorted.length == 0 ? 0 : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
