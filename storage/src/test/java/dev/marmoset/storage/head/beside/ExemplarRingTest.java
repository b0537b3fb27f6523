package dev.marmoset.storage.head.beside;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.labels.LabelHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ExemplarRingTest {
  private static final byte[] NO_LABELS = {};

  private static ExemplarRing ring(int most) {
    return new ExemplarRing(most, new LabelHash(new SplittableRandom(1)));
  }

  private static List<String> content(ExemplarRing ring) {
    var content = new ArrayList<String>();
    for (long i = ring.first(); i < ring.end(); i++) {
      content
          .add(ring.series(i) + " " + ring.time(i) + " " + ring.valueBits(i) + " " + ring.region(i).length);
    }
    return content;
  }

  @Test
  void oldestByArrivalGivesWayWhateverItsTime() {
    var ring = ring(3);
    for (long t : new long[] {500, 100, 300, 200}) {
      assertThat(ring.add(1, t, 0, NO_LABELS)).isTrue();
    }
    assertThat(content(ring)).containsExactly("1 100 0 0", "1 300 0 0", "1 200 0 0");
    assertThat(ring.holds(1, 500, 0, NO_LABELS)).isFalse();
  }

  @Test
  void onlyWhatIsEqualInEverythingIsTheSame() {
    var ring = ring(10);
    byte[] labels = {1, 2};
    assertThat(ring.add(1, 5, 7, labels)).isTrue();
    assertThat(ring.add(1, 5, 7, new byte[] {1, 2})).isFalse();
    assertThat(ring.add(2, 5, 7, labels)).isTrue();
    assertThat(ring.add(1, 6, 7, labels)).isTrue();
    assertThat(ring.add(1, 5, 8, labels)).isTrue();
    assertThat(ring.add(1, 5, 7, new byte[] {1, 3})).isTrue();
    assertThat(ring.size()).isEqualTo(5);
  }

  @Test
  void longLabelsGiveWayByTheirBytes() {
    var ring = ring(4);
    for (int i = 0; i < 4; i++) {
      ring.add(1, i, 0, new byte[2 * ExemplarRing.LABEL_BYTES]);
    }
    assertThat(ring.size()).isEqualTo(2);
    assertThat(ring.holds(1, 3, 0, new byte[2 * ExemplarRing.LABEL_BYTES])).isTrue();
  }

  @Test
  void emptyRingTakesNoMemory() {
    assertThat(ring(100_000).memoryBytes()).isZero();
    assertThat(ring(0).add(1, 1, 1, NO_LABELS)).isFalse();
  }

  @Property(tries = 200)
  void holdsTheLatestDistinctOnes(@ForAll @IntRange(min = 1, max = 700) int most, @ForAll long seed) {
    var random = new Random(seed);
    var ring = ring(most);
    var model = new ArrayDeque<String>();
    for (int i = 0; i < 2000; i++) {
      int id = random.nextInt(20);
      int t = random.nextInt(60);
      String entry = id + " " + t + " 1 0";
      boolean held = model.contains(entry);
      assertThat(ring.add(id, t, 1, NO_LABELS)).isEqualTo(!held);
      if (!held) {
        model.add(entry);
        if (model.size() > most) {
          model.remove();
        }
      }
    }
    assertThat(content(ring)).containsExactlyElementsOf(model);
  }
}
