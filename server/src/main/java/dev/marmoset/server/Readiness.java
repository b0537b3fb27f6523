package dev.marmoset.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.marmoset.ingest.WriteGate;
import dev.marmoset.storage.tsdb.Tsdb;
import dev.marmoset.storeapi.StoreReadiness;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the process can do now, for balancers, queriers and senders: one place decides, everybody else asks.
/// Thread-safe; nothing here blocks.
///
/// ```
/// STARTING → RUNNING → LEAVING → SEALED → RETIRED
/// ```
/// Steps may be skipped, never taken back.
final class Readiness implements StoreReadiness, WriteGate {
  /// The log commits or beats at least every 5 s; its lease lasts 15 s.
  static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  private final LongSupplier nanoTime;
  private final HeapGuard heap;
  private final Object lock = new Object();
  private volatile Stage stage = Stage.STARTING;
  private volatile Optional<Tsdb> tsdb = Optional.empty();
  @GuardedBy("lock")
  private long lastForces;
  @GuardedBy("lock")
  private long lastProgress;

  /// Where the process is in its life.
  enum Stage {
    /// The store is not open.
    STARTING,
    /// Writes are taken; reads as soon as earlier logs are replayed.
    RUNNING,
    /// Told to stop: checks fail, writes are still taken.
    LEAVING,
    /// Writes are refused.
    SEALED,
    /// Queriers are sent away; calls are still served.
    RETIRED
  }

  /// @param nanoTime monotonic time in ns
  /// @param heap     closes the gate of writes before the heap is full
  Readiness(LongSupplier nanoTime, HeapGuard heap) {
    this.heap = heap;
    this.nanoTime = nanoTime;
    this.lastProgress = nanoTime.getAsLong();
  }

  /// The store is open: writes may come.
  void opened(Tsdb opened) {
    tsdb = Optional.of(opened);
    enter(Stage.RUNNING, "the store is open");
  }

  /// Goes on to a later stage.
  void enter(Stage next, String reason) {
    synchronized (lock) {
      if (next.compareTo(stage) <= 0) {
        throw new IllegalStateException("entering " + next + " from " + stage);
      }
      LOG.atInfo().addKeyValue("from", stage).addKeyValue("to", next).addKeyValue("reason", reason)
          .log("stage");
      stage = next;
    }
  }

  /// Why the process should be replaced; empty while it makes progress.
  Optional<String> notHealthy() {
    if (stage != Stage.RUNNING || tsdb.isEmpty()) {
      return Optional.empty();
    }
    synchronized (lock) {
      long forces = tsdb.get().logStats().forces.sum();
      long now = nanoTime.getAsLong();
      if (forces != lastForces) {
        lastForces = forces;
        lastProgress = now;
      }
      long silence = now - lastProgress;
      return silence <= LONGEST_SILENCE.toNanos()
          ? Optional.empty()
          : Optional.of("the log has not committed for " + Duration.ofNanos(silence).toSeconds() + "s");
    }
  }

  /// Why a balancer should send writes elsewhere; empty while they are taken.
  Optional<String> notWritable() {
    return switch (stage) {
      case STARTING -> Optional.of("the store is being opened");
      case RUNNING ->
        heap.overloaded() ? Optional.of("the heap is nearly full") : tsdb.flatMap(Tsdb::notWritable);
      case LEAVING, SEALED, RETIRED -> Optional.of("shutting down");
    };
  }

  /// Why not all data is served by a process that is to stay; empty when it is.
  Optional<String> notReady() {
    return switch (stage) {
      case STARTING -> Optional.of("the store is being opened");
      case RUNNING -> tsdb.flatMap(Tsdb::notReady);
      case LEAVING, SEALED, RETIRED -> Optional.of("shutting down");
    };
  }

  @Override
  public boolean announced() {
    return stage != Stage.RETIRED && serving();
  }

  @Override
  public boolean serving() {
    return stage != Stage.STARTING && tsdb.flatMap(Tsdb::notReady).isEmpty();
  }

  @Override
  public String reason() {
    return notReady().orElse("ready");
  }

  private State whileOpen() {
    if (heap.overloaded()) {
      return State.OVERLOADED;
    }
    return tsdb.flatMap(Tsdb::notWritable).isEmpty() ? State.OPEN : State.STARTING;
  }

  @Override
  public State state() {
    return switch (stage) {
      case STARTING -> State.STARTING;
      case RUNNING, LEAVING -> whileOpen();
      case SEALED, RETIRED -> State.DRAINING;
    };
  }
}
