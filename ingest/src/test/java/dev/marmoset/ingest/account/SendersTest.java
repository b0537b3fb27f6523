package dev.marmoset.ingest.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.account.Senders.Admission;
import org.junit.jupiter.api.Test;

/// Accounts are bounded; rates and quotas hold by a clock that stands until it is moved.
class SendersTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;

  private long now = 12 * HOUR;

  private Senders senders(long samplesPerSecond, long seriesPerDay, long newSeriesPerSecond) {
    return new Senders(new SenderLimits(samplesPerSecond, seriesPerDay, newSeriesPerSecond), () -> now);
  }

  @Test
  void sendersWithoutCredentialBeyondTheBoundShareOneAccount() {
    var senders = senders(0, 0, 0);
    for (int i = 0; i < Senders.MAX_UNPROVEN; i++) {
      assertThat(senders.of(new Origin("", "t" + i, ""), "").name()).isEqualTo("t" + i);
    }
    assertThat(senders.of(new Origin("", "one-more", ""), "").name()).isEqualTo(Senders.OTHER);
    assertThat(senders.of(new Origin("", "t7", ""), "").name()).as("known ones stay").isEqualTo("t7");
    assertThat(senders.of(Origin.named("prometheus"), "").name()).as("a credential always has an account")
        .isEqualTo("prometheus");
  }

  @Test
  void whoCallsItselfLikeACredentialDoesNotGetItsAccount() {
    var senders = senders(0, 0, 0);
    var proven = senders.of(Origin.named("prometheus"), "");
    assertThat(senders.of(new Origin("", "prometheus", ""), "")).isNotSameAs(proven);
    assertThat(senders.of(Origin.named("prometheus"), "any")).isSameAs(proven);
  }

  @Test
  void namesThatAreTooLongHaveNoAccount() {
    assertThat(senders(0, 0, 0).of(new Origin("", "x".repeat(65), ""), "").name()).isEqualTo(Senders.OTHER);
  }

  @Test
  void rateHasABurstAndADebtThatTimePays() {
    var sender = senders(100, 0, 0).of(Origin.named("a"), "");
    sender.sent(1000, now);
    assertThat(sender.secondsToWait(now)).as("the burst of 10 s").isZero();
    sender.sent(250, now);
    assertThat(sender.secondsToWait(now)).isEqualTo(3);
    now += 2 * SECOND;
    assertThat(sender.secondsToWait(now)).isEqualTo(1);
    now += SECOND;
    assertThat(sender.secondsToWait(now)).isZero();
    now += HOUR;
    sender.sent(1001, now);
    assertThat(sender.secondsToWait(now)).as("no more than the burst is saved up").isEqualTo(1);
  }

  @Test
  void sendersDoNotPayForEachOther() {
    var senders = senders(1, 0, 0);
    senders.of(Origin.named("a"), "").sent(1_000_000, now);
    assertThat(senders.of(Origin.named("b"), "").secondsToWait(now)).isZero();
  }

  @Test
  void quotaOfNewSeriesComesBackAfterADay() {
    var senders = senders(0, 2, 0);
    var sender = senders.of(Origin.named("a"), "");
    assertThat(senders.admitSeries(sender)).isEqualTo(Admission.ADMITTED);
    now += HOUR;
    assertThat(senders.admitSeries(sender)).isEqualTo(Admission.ADMITTED);
    assertThat(senders.admitSeries(sender)).isEqualTo(Admission.OVER_QUOTA);
    assertThat(senders.admitSeries(senders.of(Origin.named("b"), ""))).isEqualTo(Admission.ADMITTED);
    now += 22 * HOUR;
    assertThat(senders.admitSeries(sender)).isEqualTo(Admission.OVER_QUOTA);
    now += HOUR;
    assertThat(senders.admitSeries(sender)).as("the first is a day old").isEqualTo(Admission.ADMITTED);
    assertThat(senders.admitSeries(sender)).isEqualTo(Admission.OVER_QUOTA);
    now += 100 * HOUR;
    assertThat(senders.admitSeries(sender)).isEqualTo(Admission.ADMITTED);
  }

  @Test
  void newSeriesOfAllSendersHaveOneRateWhichNobodyBeyondHisQuotaUsesUp() {
    var senders = senders(0, 3, 1);
    var greedy = senders.of(Origin.named("a"), "");
    for (int i = 0; i < 100; i++) {
      senders.admitSeries(greedy);
    }
    var other = senders.of(Origin.named("b"), "");
    var third = senders.of(Origin.named("c"), "");
    var fourth = senders.of(Origin.named("d"), "");
    for (int i = 0; i < 3; i++) {
      assertThat(senders.admitSeries(other)).isEqualTo(Admission.ADMITTED);
      assertThat(senders.admitSeries(third)).isEqualTo(Admission.ADMITTED);
    }
    assertThat(senders.admitSeries(fourth)).as("the tenth of a burst of ten").isEqualTo(Admission.ADMITTED);
    assertThat(senders.admitSeries(fourth)).isEqualTo(Admission.TOO_FAST);
    now += SECOND;
    assertThat(senders.admitSeries(fourth)).isEqualTo(Admission.ADMITTED);
    assertThat(senders.admitSeries(fourth)).isEqualTo(Admission.TOO_FAST);
  }
}
