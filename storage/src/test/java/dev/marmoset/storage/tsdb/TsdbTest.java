package dev.marmoset.storage.tsdb;

import static dev.marmoset.storage.AppendResult.ACCEPTED;
import static dev.marmoset.storage.AppendResult.CONFLICTING_DUPLICATE;
import static dev.marmoset.storage.AppendResult.SAME_AGAIN;
import static dev.marmoset.storage.AppendResult.TOO_NEW;
import static dev.marmoset.storage.AppendResult.TOO_OLD;
import static dev.marmoset.storage.tsdb.TsdbFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Slab;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.tsdb.TsdbFixture.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TsdbTest {
  private static final Duration DAY = Duration.ofHours(24);
  private static final Labels A = Labels.of("__name__", "a");
  private static final Labels B = Labels.of("__name__", "b", "job", "x");

  @TempDir
  Path directory;

  @Test
  void acceptanceWindowIsInclusiveAtBothEnds() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      long oldest = NOW - DAY.toMillis();
      assertThat(store.write(Sample.of(A, oldest, 1))).isEqualTo(ACCEPTED);
      assertThat(store.write(Sample.of(A, oldest - 1, 1))).isEqualTo(TOO_OLD);
      assertThat(store.write(Sample.of(A, NOW + 600_000, 1))).isEqualTo(ACCEPTED);
      assertThat(store.write(Sample.of(A, NOW + 600_001, 1))).isEqualTo(TOO_NEW);
      assertThat(store.write(Sample.of(A, Long.MIN_VALUE, 1))).isEqualTo(TOO_OLD);
      assertThat(store.write(Sample.of(A, Long.MAX_VALUE, 1))).isEqualTo(TOO_NEW);
    }
  }

  @Test
  void latestSampleIsKeptAgainstAConflictAndEqualOnesAreNoOps() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      assertThat(store.write(Sample.of(A, NOW, 1))).isEqualTo(ACCEPTED);
      assertThat(store.write(Sample.of(A, NOW, 1))).isEqualTo(SAME_AGAIN);
      assertThat(store.write(Sample.of(A, NOW, 2))).isEqualTo(CONFLICTING_DUPLICATE);
      assertThat(store.write(Sample.of(B, NOW, 0.0))).isEqualTo(ACCEPTED);
      assertThat(store.write(Sample.of(B, NOW, -0.0))).isEqualTo(CONFLICTING_DUPLICATE);
      assertThat(store.read().get(A)).containsExactly(Map.entry(NOW, Double.doubleToRawLongBits(1)));
    }
  }

  @Test
  void samplesOfARequestSeeEachOther() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      assertThat(store.write(List.of(Sample.of(A, NOW, 1), Sample.of(A, NOW - 5, 1), Sample.of(A, NOW, 1),
          Sample.of(A, NOW, 2))))
          .containsExactly(ACCEPTED, ACCEPTED, SAME_AGAIN, CONFLICTING_DUPLICATE);
      assertThat(store.write(List.of(Sample.of(A, NOW - 9, 1), Sample.of(A, NOW - 9, 2))))
          .containsExactly(ACCEPTED, ACCEPTED);
      assertThat(store.read().get(A)).containsEntry(NOW - 9, Double.doubleToRawLongBits(2))
          .containsOnlyKeys(NOW - 9, NOW - 5, NOW);
    }
  }

  @Test
  void conflictsAwayFromTheLatestSampleAreDecidedByTheRuleInBothOrders() throws IOException {
    long[][] pairs =
        {{bits(1), bits(2), bits(2)}, {bits(-5), bits(-3), bits(-3)}, {bits(Double.NaN), bits(1), bits(1)},
          {ConflictRule.STALE_NAN, bits(Double.NaN), bits(Double.NaN)},
          {ConflictRule.STALE_NAN, bits(0), bits(0)},
          {bits(0.0), bits(-0.0), bits(0.0)}};
    try (var store = new TsdbFixture(directory, DAY)) {
      for (int i = 0; i < pairs.length; i++) {
        for (int order = 0; order < 2; order++) {
          Labels labels = Labels.of("__name__", "conflict", "pair", "" + i, "order", "" + order);
          assertThat(store.write(Sample.of(labels, NOW, 7))).isEqualTo(ACCEPTED);
          assertThat(store.write(new Sample(labels, NOW - 1000, pairs[i][order]))).isEqualTo(ACCEPTED);
          assertThat(store.write(new Sample(labels, NOW - 1000, pairs[i][1 - order]))).isEqualTo(ACCEPTED);
          assertThat(store.read().get(labels)).containsEntry(NOW - 1000, pairs[i][2]);
        }
      }
      var before = store.read();
      store.crash();
      assertThat(store.read()).isEqualTo(before);
    }
  }

  @Test
  void specialValuesSurviveARestartBitForBit() throws IOException {
    long[] values = {ConflictRule.STALE_NAN, 0x7ff8000000000001L, 0xfff8000000000123L, 0x7ff0000000000000L,
      0xfff0000000000000L,
      1, 1L << 63, bits(5e-324), bits(Double.MAX_VALUE)};
    try (var store = new TsdbFixture(directory, DAY)) {
      var samples = new ArrayList<Sample>();
      for (int i = 0; i < values.length; i++) {
        samples.add(new Sample(A, NOW + i, values[i]));
      }
      store.write(samples);
      store.restart();
      var read = store.read().get(A);
      for (int i = 0; i < values.length; i++) {
        assertThat(read).containsEntry(NOW + i, values[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyOrderAndSplitWithCrashesAndRestartsInBetweenGivesTheSame(long seed) throws IOException {
    var random = new Random(seed);
    var expected = new TreeMap<Labels, TreeMap<Long, Long>>();
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 3000; i++) {
      Labels labels = Labels.of("__name__", "m" + random.nextInt(5));
      long t = NOW - random.nextInt(40_000) * 1000L;
      long value = bits(random.nextInt(1000));
      if (expected.computeIfAbsent(labels, _ -> new TreeMap<>()).putIfAbsent(t, value) == null) {
        samples.add(new Sample(labels, t, value));
      }
    }
    samples.addAll(samples.subList(0, 500));
    Collections.shuffle(samples, random);
    try (var store = new TsdbFixture(directory, DAY)) {
      int at = 0;
      while (at < samples.size()) {
        int end = Math.min(samples.size(), at + 1 + random.nextInt(500));
        assertThat(store.write(samples.subList(at, end))).allMatch(verdict -> verdict.accepted());
        at = end;
        switch (random.nextInt(4)) {
          case 0 -> store.crash();
          case 1 -> store.restart();
          default -> {
          }
        }
      }
      store.crash();
      assertThat(store.read()).isEqualTo(expected);
      assertThat(store.tsdb.damagedSegments()).isZero();
    }
  }

  @Test
  void newSeriesAreRefusedForNowWhenMemoryIsUsedUpAndExistingOnesGoOn() throws IOException {
    try (var store = new TsdbFixture(directory, DAY, 6 * Slab.SLOT_BYTES)) {
      for (int i = 0; i < 3; i++) {
        store.write(Sample.of(Labels.of("__name__", "m" + i), NOW, 1));
      }
      var outcome =
          store.send(List.of(Sample.of(A, NOW, 1), Sample.of(Labels.of("__name__", "m0"), NOW + 1, 1)),
              new ArrayList<>());
      assertThat(outcome).isInstanceOfSatisfying(CommitOutcome.Unavailable.class,
          unavailable -> assertThat(unavailable.reason()).contains("--memory.limit"));
      assertThat(store.write(Sample.of(Labels.of("__name__", "m0"), NOW + 1, 1))).isEqualTo(ACCEPTED);
      assertThat(store.read()).hasSize(3);
    }
  }

  @Test
  void refusedRequestsLeaveNoSeriesBehind() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      assertThat(store.write(Sample.of(A, NOW - DAY.toMillis() - 1, 1))).isEqualTo(TOO_OLD);
      assertThat(store.tsdb.headSizes().series()).isZero();
      assertThat(store.tsdb.oldestTime()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void whatWasAcceptedStaysReadableWhenTheWindowShrinks() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      store.write(Sample.of(A, NOW - Duration.ofHours(20).toMillis(), 1));
    }
    try (var store = new TsdbFixture(directory, Duration.ofMinutes(5))) {
      assertThat(store.read().get(A)).hasSize(1);
      assertThat(store.write(Sample.of(A, NOW - Duration.ofHours(19).toMillis(), 1))).isEqualTo(TOO_OLD);
    }
  }

  @Test
  void backwardStepOfTheClockDoesNotReopenTheWindow() throws IOException {
    try (var store = new TsdbFixture(directory, Duration.ofMinutes(5))) {
      store.now = NOW - 60_000;
      assertThat(store.write(Sample.of(A, NOW - Duration.ofMinutes(5).toMillis() - 1, 1))).isEqualTo(TOO_OLD);
    }
  }

  @Test
  void foreignNamesInTheDataDirectoryAreLeftAlone() throws IOException {
    Path stranger = Files.createDirectories(directory.resolve("data/logs/not-a-log"));
    Path file = Files.writeString(directory.resolve("data/notes.txt"), "mine");
    try (var store = new TsdbFixture(directory, DAY)) {
      store.write(Sample.of(A, NOW, 1));
      store.crash();
      assertThat(store.read()).hasSize(1);
    }
    assertThat(stranger).exists();
    assertThat(file).hasContent("mine");
  }

  @Test
  void volumeOfANewerFormatIsRefusedByName() throws IOException {
    Path data = Files.createDirectories(directory.resolve("data"));
    Files.writeString(data.resolve("marmoset.json"),
        "{\"format\":2,\"volume\":\"01J000000000000000000000AA\"}");
    assertThatThrownBy(() -> new TsdbFixture(directory, DAY)).isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("marmoset.json").hasMessageContaining("version 2");
    assertThat(new LocalFileSystem().list(data)).contains("marmoset.json");
  }

  @Test
  void volumeKeepsItsIdentity() throws IOException {
    try (var store = new TsdbFixture(directory, DAY)) {
      var id = store.tsdb.volumeId();
      var first = store.tsdb.incarnation();
      store.crash();
      assertThat(store.tsdb.volumeId()).isEqualTo(id);
      assertThat(store.tsdb.incarnation()).isNotEqualTo(first);
    }
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
