package dev.marmoset.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WriteTrafficTest {
  private final AtomicLong now = new AtomicLong();
  private final WriteTraffic traffic = new WriteTraffic(now::get);

  @Test
  void isQuietWhenNothingHasRunForTheSpan() throws InterruptedException {
    traffic.leave();
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(traffic.awaitQuiet(Duration.ofSeconds(1), Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void givesUpWhenItTakesTooLong() throws InterruptedException {
    traffic.begin();
    var ticking = new WriteTraffic(() -> now.addAndGet(1_000_000_000));
    ticking.begin();
    assertThat(ticking.awaitQuiet(Duration.ZERO, Duration.ofSeconds(3))).isFalse();
  }

  @Test
  void waitsForARunningWrite() throws Exception {
    traffic.begin();
    var quiet = CompletableFuture.supplyAsync(() -> {
      try {
        return traffic.awaitQuiet(Duration.ZERO, Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    assertThat(quiet).isNotDone();
    traffic.end();
    assertThat(quiet.get(2, TimeUnit.MINUTES)).isTrue();
  }
}
