package dev.marmoset.storage.tsdb;

import static dev.marmoset.storage.tsdb.TsdbFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.PatientClock;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.tsdb.TsdbFixture.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several stores on one directory: each answers with what all have acknowledged.
class TsdbFollowTest {
  private static final Labels ONE = Labels.of("__name__", "one");
  private static final Labels TWO = Labels.of("__name__", "two");

  @TempDir
  Path directory;

  @Test
  void eachReplicaServesWhatTheOthersAcknowledge() throws IOException {
    try (var a = new TsdbFixture(directory, Duration.ofHours(24));
        var b = new TsdbFixture(directory, Duration.ofHours(24))) {
      for (int i = 0; i < 5; i++) {
        a.write(Sample.of(ONE, NOW + i, i));
        b.write(Sample.of(i % 2 == 0 ? ONE : TWO, NOW + 10 + i, -i));
      }
      a.write(Sample.of(TWO, NOW + 12, 4));
      b.write(Sample.of(TWO, NOW + 12, 3));
      awaitEqual(a, b);
      for (var one : List.of(a, b)) {
        ReplicaStats stats = one.tsdb.replicaStats();
        // Another log counts as growing from the second look on that shows more than the one before.
        assertThat(stats.followed() + stats.unsealed()).isOne();
        assertThat(stats.lagNanos()).isBetween(1L, 10_000_000_000L);
        assertThat(stats.lagBytes()).isZero();
      }
      assertThat(a.read().get(ONE)).hasSize(8);
      assertThat(a.read().get(TWO)).containsEntry(NOW + 12, Double.doubleToRawLongBits(4)).hasSize(3);
    }
  }

  /// A roll: the new task reads the log of the old one while that goes on, and what the old one says last.
  @Test
  void aSuccessorHasWhatItsPredecessorSaidToTheLast() throws IOException {
    var predecessor = new TsdbFixture(directory, Duration.ofHours(24));
    predecessor.write(Sample.of(ONE, NOW, 1));
    try (var successor = new TsdbFixture(directory, Duration.ofHours(24))) {
      assertThat(successor.read()).containsOnlyKeys(ONE);
      successor.write(Sample.of(ONE, NOW + 1, 2));
      predecessor.write(Sample.of(ONE, NOW + 2, 3));
      predecessor.close();
      awaitSamples(successor, 3);
      successor.restart();
      assertThat(successor.read()).containsOnlyKeys(ONE).extractingByKey(ONE)
          .satisfies(samples -> assertThat(samples).hasSize(3));
    }
  }

  private static void awaitSamples(TsdbFixture store, int count) {
    PatientClock.await(count + " samples",
        () -> read(store).getOrDefault(ONE, new TreeMap<>()).size() >= count);
  }

  private static void awaitEqual(TsdbFixture a, TsdbFixture b) {
    PatientClock.await("the same on both", () -> read(a).equals(read(b)));
  }

  private static TreeMap<Labels, TreeMap<Long, Long>> read(TsdbFixture store) {
    try {
      return store.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
