package dev.marmoset.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches how much of the heap is still in use after a collection, so that writes are refused for the moment before
/// the heap is exhausted. Thread-safe; [#check] is called every second, [#overloaded] per request.
///
/// What counts is the largest heap pool, the old generation: its use right after a collection is live data, its use at
/// other times is mostly garbage. A guard that has closed asks for a collection now and then, because a store that
/// takes nothing allocates too little to cause one.
final class HeapGuard {
  private static final Logger LOG = LoggerFactory.getLogger(HeapGuard.class);
  /// Live data above this share of the pool leaves no room for the requests in flight.
  private static final double CLOSE_AT = 0.90;
  private static final double OPEN_AT = 0.80;
  /// Checks between two collections that the guard asks for: a collection takes some 0.3 s per 256 MB.
  private static final int CHECKS_PER_COLLECTION = 10;

  private final Optional<MemoryPoolMXBean> pool;
  private final Runnable collect;
  private int checksClosed;
  private volatile boolean overloaded;

  /// @param pools   memory pools of this JVM
  /// @param collect asks for a collection
  HeapGuard(List<MemoryPoolMXBean> pools, Runnable collect) {
    this.pool = pools.stream().filter(candidate -> candidate.getType() == MemoryType.HEAP)
        .filter(candidate -> candidate.getCollectionUsage() != null && candidate.getUsage().getMax() > 0)
        .max(Comparator.comparingLong(candidate -> candidate.getUsage().getMax()));
    this.collect = collect;
  }

  /// Registers what the guard sees.
  void register(MeterRegistry registry) {
    Gauge.builder("marmoset.heap.live.ratio", this, HeapGuard::liveShare)
        .description("share of the largest heap pool in use after its last collection").register(registry);
    Gauge.builder("marmoset.heap.overloaded", this, guard -> guard.overloaded ? 1 : 0)
        .description("1 while writes are refused because the heap is nearly full").register(registry);
  }

  /// Whether writes are to be refused.
  boolean overloaded() {
    return overloaded;
  }

  /// Share of the pool that was in use after its last collection; 0 before the first one.
  double liveShare() {
    return pool.map(MemoryPoolMXBean::getCollectionUsage).map(HeapGuard::share).orElse(0.0);
  }

  /// Looks again. One thread.
  void check() {
    double live = liveShare();
    if (overloaded && live > OPEN_AT && ++checksClosed % CHECKS_PER_COLLECTION == 0) {
      collect.run();
      live = liveShare();
    }
    boolean next = live > (overloaded ? OPEN_AT : CLOSE_AT);
    if (next != overloaded) {
      overloaded = next;
      checksClosed = 0;
      LOG.atWarn().addKeyValue("live_percent", Math.round(live * 100))
          .addKeyValue("writes", next ? "refused" : "taken")
          .log("heap");
    }
  }

  private static double share(MemoryUsage usage) {
    return usage.getMax() <= 0 ? 0 : (double) usage.getUsed() / usage.getMax();
  }
}
