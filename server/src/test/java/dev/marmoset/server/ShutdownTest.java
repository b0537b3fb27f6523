package dev.marmoset.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final List<String> done = new CopyOnWriteArrayList<>();
  private final Shutdown shutdown = new Shutdown(System::nanoTime);

  @Test
  void stepsRunInOrder() {
    assertThat(shutdown.step("a", LONG, () -> done.add("a")).step("b", LONG, () -> done.add("b")).run())
        .isTrue();
    assertThat(done).containsExactly("a", "b");
  }

  @Test
  void aStepThatBreaksOffDoesNotStopTheRest() {
    assertThat(shutdown.step("a", LONG, () -> {
      throw new IOException("stalled volume");
    }).step("b", LONG, () -> done.add("b")).run()).isFalse();
    assertThat(done).containsExactly("b");
  }

  @Test
  void aStepThatHangsIsLeftBehindUninterrupted() {
    var never = new CountDownLatch(1);
    assertThat(shutdown.step("a", Duration.ofMillis(50), () -> {
      try {
        never.await();
      } catch (InterruptedException _) {
        done.add("interrupted");
      }
    }).step("b", LONG, () -> done.add("b")).run()).isFalse();
    assertThat(done).containsExactly("b");
    never.countDown();
  }
}
