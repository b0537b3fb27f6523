package dev.marmoset.server;

import dev.marmoset.server.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The ordered stop: steps one after the other, each with a time it may take at most. A step that takes longer is left
/// to itself and the next one begins, so the whole stop is bounded. Used once, by one thread.
final class Shutdown {
  /// ECS kills 120 s after SIGTERM.
  static final Duration BUDGET = Duration.ofSeconds(105);

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  private final LongSupplier nanoTime;
  private final List<Step> steps = new ArrayList<>();

  /// @param nanoTime monotonic time in ns
  Shutdown(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// What a step does.
  @FunctionalInterface
  interface Action {
    /// @throws Exception if the step did not do what it should
    void run() throws Exception;
  }

  private record Step(String phase, Duration most, Action action) {}

  /// Adds a step behind the others.
  ///
  /// @param phase what the log calls it
  /// @param most  time it may take
  /// @return this
  Shutdown step(String phase, Duration most, Action action) {
    steps.add(new Step(phase, most, action));
    return this;
  }

  /// Runs all steps.
  ///
  /// @return whether all of them came to a good end in time
  boolean run() {
    long start = nanoTime.getAsLong();
    boolean clean = true;
    for (Step step : steps) {
      long begin = nanoTime.getAsLong();
      boolean done = run(step);
      clean &= done;
      long end = nanoTime.getAsLong();
      LOG.atInfo().addKeyValue("phase", step.phase).addKeyValue("done", done)
          .addKeyValue("took", Durations.format(Duration.ofNanos(end - begin)))
          .addKeyValue("elapsed", Durations.format(Duration.ofNanos(end - start)))
          .addKeyValue("budget", Durations.format(BUDGET)).log("stopping");
    }
    return clean;
  }

  private static boolean run(Step step) {
    var outcome = new CompletableFuture<Boolean>();
    Thread.ofPlatform().daemon().name("stop-" + step.phase).start(() -> {
      try {
        step.action.run();
        outcome.complete(true);
      } catch (Exception e) {
        outcome.completeExceptionally(e);
      }
    });
    try {
      return outcome.get(step.most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      LOG.atWarn().addKeyValue("phase", step.phase).addKeyValue("most", Durations.format(step.most))
          .log("a step of the stop takes too long; going on without it");
    } catch (ExecutionException e) {
      LOG.atWarn().setCause(e.getCause()).addKeyValue("phase", step.phase)
          .log("a step of the stop broke off");
    } catch (InterruptedException _) {
      LOG.atWarn().addKeyValue("phase", step.phase).log("the stop was interrupted; going on");
    }
    return false;
  }
}
