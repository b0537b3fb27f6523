package dev.marmoset.storage.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RendezvousTest {
  private static final List<Ulid> ALL =
      List.of(new Ulid(1, 10), new Ulid(1, 11), new Ulid(2, 10), new Ulid(3, 0));

  @Test
  void everybodyHasAnotherPlaceInTheSameOrder() {
    for (long work = 0; work < 100; work++) {
      var ranks = new ArrayList<Integer>();
      for (Ulid process : ALL) {
        ranks.add(Rendezvous.rank(work, process, ALL));
      }
      assertThat(ranks).containsExactlyInAnyOrder(0, 1, 2, 3);
    }
  }

  @Test
  void theFirstPlaceIsSpreadEvenly() {
    for (Ulid process : ALL) {
      long first = 0;
      for (long work = 0; work < 4_000; work++) {
        first += Rendezvous.rank(work * 7_200_000, process, ALL) == 0 ? 1 : 0;
      }
      assertThat(first).isBetween(850L, 1_150L);
    }
  }

  @Test
  void whoLeavesMovesOnlyThoseBehind() {
    for (long work = 0; work < 100; work++) {
      int leaver = Rendezvous.rank(work, ALL.getLast(), ALL);
      for (Ulid process : ALL.subList(0, 3)) {
        int before = Rendezvous.rank(work, process, ALL);
        assertThat(Rendezvous.rank(work, process, ALL.subList(0, 3)))
            .isEqualTo(before > leaver ? before - 1 : before);
      }
    }
  }
}
