package dev.marmoset.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.peers.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Which of the 99 conformance cases is held where: rows of the table by their number, the others by a test that is named
/// here and must exist. A case that nobody holds is named as open, with what it waits for.
class CaseIndexTest {
  private static final int CASES = 99;

  /// Cases outside of the table, and the tests that hold them: `Class` or `Class#method`.
  private static final Map<Integer, List<String>> ELSEWHERE = Map.ofEntries(
      Map.entry(20,
          List.of("ProtocolConformanceTest#case20FailingLogIs503AndTheRetryIsClean", "LogCrashTest")),
      Map.entry(54, List.of("TsdbTest#conflictsAwayFromTheLatestSampleAreDecidedByTheRuleInBothOrders",
          "TsdbOrderTest#anyOrderWithCrashesInBetweenEndsInTheSameChunks")),
      Map.entry(56, List.of("ConformanceTest", "TsdbTest#whatWasAcceptedStaysReadableWhenTheWindowShrinks")),
      Map.entry(64, List.of("SampleConformanceTest#case63And64RefusedRequestsCreateNothing",
          "TsdbTest#refusedRequestsLeaveNoSeriesBehind")),
      Map.entry(69, List.of("KillNineTest#everyAcknowledgedSampleIsThereAfterKillNine", "UnforcedTailTest")),
      Map.entry(70, List.of("LogCrashTest")),
      Map.entry(71, List.of("SegmentDamageTest")),
      Map.entry(72, List.of("SegmentDamageTest")),
      Map.entry(73, List.of("SegmentDamageTest")),
      Map.entry(74, List.of("WindowEncoderTest", "BlockWriterTest")),
      Map.entry(75, List.of("BlockWriterTest")),
      Map.entry(76, List.of("BlockCompatTest")),
      Map.entry(77, List.of("LargeBlockTest")),
      Map.entry(78, List.of("BlockDamageTest")),
      Map.entry(79, List.of("TsdbTest#foreignNamesInTheDataDirectoryAreLeftAlone", "BlockCatalogTest")),
      Map.entry(94, List.of("ProtocolConformanceTest#case94BadSamplesAndAFailingLogAre503ThenTheRetryIs400")),
      Map.entry(97, List.of("SendersCompatTest")),
      Map.entry(98, List.of("ReceiverSuiteCompatTest#passesTwiceWithTheRightStatuses")),
      Map.entry(99,
          List.of("TsdbOrderTest", "TsdbTest#anyOrderAndSplitWithCrashesAndRestartsInBetweenGivesTheSame")));

  /// Cases that no test holds yet.
  private static final Map<Integer, String> OPEN = Map.of(
      55, "windows are not cut into blocks yet",
      81, "there is no retention yet",
      82, "a block of a million series is built by no test",
      95, "a replica does not follow others yet");

  @Test
  void everyCaseIsHeldOrSaidToBeOpen() {
    var rows = ConformanceTest.rows().map(Case::number).collect(Collectors.toCollection(TreeSet::new));
    var known = new TreeSet<>(rows);
    known.addAll(ELSEWHERE.keySet());
    known.addAll(OPEN.keySet());
    assertThat(known).containsExactlyElementsOf(IntStream.rangeClosed(1, CASES).boxed().toList());
    assertThat(rows).as("open, and yet in the table").doesNotContainAnyElementsOf(OPEN.keySet());
    assertThat(ELSEWHERE.keySet()).as("open, and yet held").doesNotContainAnyElementsOf(OPEN.keySet());
  }

  @Test
  void testsThatAreNamedExist() throws IOException {
    Map<String, String> sources = testSources();
    ELSEWHERE.forEach((number, tests) -> tests.forEach(test -> {
      String[] parts = test.split("#");
      assertThat(sources).as("test class of case " + number).containsKey(parts[0]);
      if (parts.length > 1) {
        assertThat(sources.getOrDefault(parts[0], "")).as("test of case " + number)
            .contains("void " + parts[1] + "(");
      }
    }));
  }

  /// Test classes of all modules by their simple name.
  private static Map<String, String> testSources() throws IOException {
    var sources = new TreeMap<String, String>();
    for (String module : List.of("", "storage", "ingest", "query", "store-api", "server")) {
      Path root = Peers.root().resolve(module).resolve("src/test/java");
      if (!Files.isDirectory(root)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(file -> file.toString().endsWith("Test.java")).toList()) {
          sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
        }
      }
    }
    return sources;
  }
}
