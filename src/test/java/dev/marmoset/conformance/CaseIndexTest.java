package dev.marmoset.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.arch.TestSources;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which of the 99 conformance cases is held where: rows of the table by their number, the others by a test that is named
/// here and must exist.
class CaseIndexTest {
  private static final int CASES = 99;

  /// Cases outside of the table, and the tests that hold them: `Class` or `Class#method`.
  private static final Map<Integer, List<String>> ELSEWHERE = Map.ofEntries(
      Map.entry(20,
          List.of("ProtocolConformanceTest#case20FailingLogIs503AndTheRetryIsClean", "LogCrashTest")),
      Map.entry(54,
          List.of("ConformanceTest",
              "TsdbTest#conflictsAwayFromTheLatestSampleAreDecidedByTheRuleInBothOrders",
              "TsdbOrderTest#anyOrderWithCrashesInBetweenEndsInTheSameChunks")),
      Map.entry(55, List.of("TsdbWindowsTest#sevenDaysEndInExactlyOneFinalBlockPerWindowInTheBucket",
          "TsdbWindowsTest#patchesAddUpToAllThatWasSent")),
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
      Map.entry(81, List.of("TsdbWindowsTest#blocksLeaveByAgeAndTheirSpaceIsFreed",
          "TsdbWindowsTest#theOldestBlocksLeaveWhenAllTakeTooMuchSpace",
          "TsdbWindowsTest#blocksThatAreNotInTheBucketStay")),
      Map.entry(82, List.of("MillionSeriesCompatTest#aBlockOfAMillionSeriesIsWhole")),
      Map.entry(94, List.of("ProtocolConformanceTest#case94BadSamplesAndAFailingLogAre503ThenTheRetryIs400")),
      Map.entry(95, List.of("TsdbFollowTest#eachReplicaServesWhatTheOthersAcknowledge")),
      Map.entry(97, List.of("SendersCompatTest")),
      Map.entry(98, List.of("ReceiverSuiteCompatTest#passesTwiceWithTheRightStatuses")),
      Map.entry(99,
          List.of("TsdbOrderTest", "TsdbTest#anyOrderAndSplitWithCrashesAndRestartsInBetweenGivesTheSame")));

  @Test
  void everyCaseIsHeld() {
    var rows = ConformanceTest.rows().map(Case::number).collect(Collectors.toCollection(TreeSet::new));
    var known = new TreeSet<>(rows);
    known.addAll(ELSEWHERE.keySet());
    assertThat(known).containsExactlyElementsOf(IntStream.rangeClosed(1, CASES).boxed().toList());
  }

  @Test
  void testsThatAreNamedExist() {
    var sources = TestSources.read();
    ELSEWHERE.forEach((number, tests) -> tests.forEach(test -> sources.require(test, "case " + number)));
  }
}
