package dev.marmoset.ingest.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReceiptsTest {
  private static Receipt receipt(long time, String sender, int rejected) {
    var tally = new Tally(5, 1, 2, rejected, rejected == 0 ? Map.of() : Map.of("too_old", rejected));
    return new Receipt(time, sender, "1.0", 10, tally, rejected == 0 ? 204 : 400, "", Duration.ZERO, "");
  }

  @Test
  void latestComesFirstAndTheOldestGoes() {
    var receipts = new Receipts(3);
    for (int i = 0; i < 5; i++) {
      receipts.add(receipt(i, "a", 0));
    }
    assertThat(receipts.latest("", false, 100)).extracting(Receipt::time).containsExactly(4L, 3L, 2L);
    assertThat(receipts.latest("", false, 2)).extracting(Receipt::time).containsExactly(4L, 3L);
  }

  @Test
  void successesDoNotPushRefusalsOut() {
    var receipts = new Receipts(3);
    receipts.add(receipt(0, "a", 7));
    for (int i = 1; i < 100; i++) {
      receipts.add(receipt(i, "b", 0));
    }
    assertThat(receipts.latest("", true, 100)).extracting(Receipt::time).containsExactly(0L);
    assertThat(receipts.latest("a", false, 100)).isEmpty();
    assertThat(receipts.latest("b", false, 100)).hasSize(3);
    assertThat(receipts.latest("b", true, 100)).isEmpty();
  }

  @Test
  void noneAreKeptWhereNoneAreWanted() {
    var receipts = new Receipts(0);
    receipts.add(receipt(0, "a", 7));
    assertThat(receipts.keeps()).isFalse();
    assertThat(receipts.latest("", false, 100)).isEmpty();
  }

  @Test
  void countsAreOneHeader() {
    assertThat(Tally.NOTHING.header()).isEqualTo("accepted=0, same-again=0, late=0, rejected=0");
    assertThat(receipt(0, "a", 7).tally().header())
        .isEqualTo("accepted=5, same-again=1, late=2, rejected=7; too_old=7");
  }
}
