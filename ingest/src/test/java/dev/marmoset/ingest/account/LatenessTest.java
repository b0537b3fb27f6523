package dev.marmoset.ingest.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenessTest {
  private static final long MINUTE = 60_000;

  private final Lateness lateness = new Lateness();

  private long[] counts() {
    return lateness.counts();
  }

  @Test
  void boundsAreInclusiveAndTheLastIsInfinite() {
    var request = new Lateness.Counts();
    for (long age : new long[] {MINUTE, MINUTE + 1, 24 * 60 * MINUTE, 30 * 24 * 60 * MINUTE}) {
      request.add(age);
    }
    lateness.add(request);
    double[] bounds = lateness.boundsSeconds();
    assertThat(bounds).hasSameSizeAs(counts()).isSorted().startsWith(60, 300)
        .endsWith(7 * 86_400, Double.POSITIVE_INFINITY);
    for (int i = 0; i < bounds.length; i++) {
      boolean hit =
          bounds[i] == 60 || bounds[i] == 300 || bounds[i] == 86_400 || Double.isInfinite(bounds[i]);
      assertThat(counts()[i]).as("up to %s s", bounds[i]).isEqualTo(hit ? 1 : 0);
    }
    assertThat(lateness.sumSeconds()).isEqualTo(60 + 60.001 + 86_400 + 30 * 86_400);
  }

  @Test
  void whatComesFromTheFutureHasNoAge() {
    var request = new Lateness.Counts();
    request.add(-5 * MINUTE);
    lateness.add(request);
    assertThat(counts()[0]).isOne();
    assertThat(lateness.sumSeconds()).isZero();
  }

  @Test
  void whatWasTakenIsNotCountedAgain() {
    var request = new Lateness.Counts();
    request.add(MINUTE);
    lateness.add(request.take());
    lateness.add(request.take());
    assertThat(counts()[0]).isOne();
  }
}
