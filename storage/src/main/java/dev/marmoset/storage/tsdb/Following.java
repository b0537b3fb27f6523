package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.read.LogView;
import dev.marmoset.storage.replica.Follower;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the thread `follow` does: the replay of the start, then the logs of the other replicas, until it is stopped.
final class Following implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);
  private static final long AFTER_DEFECT_NANOS = 1_000_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Recovery recovery;
  private final Follower follower;
  private final LogWriter log;
  private final LogPeers peers;
  private final Clock clock;
  private volatile boolean stopped;
  /// Once ready, a store stays so; what it may lack later is told by [Follower#behind].
  private volatile boolean ready;
  private long readySince;

  Following(Recovery recovery, Follower follower, LogWriter log, LogPeers peers, Clock clock) {
    this.recovery = recovery;
    this.follower = follower;
    this.log = log;
    this.peers = peers;
    this.clock = clock;
  }

  /// Why not everything is served; empty when it is. Thread-safe.
  Optional<String> notReady() {
    if (ready) {
      return follower.behind();
    }
    ReplayProgress progress = recovery.progress();
    return Optional.of(progress.done() ? follower.notCaughtUp().orElse("reading the logs of other replicas")
        : progress.toString());
  }

  /// What is known of the logs of others. Thread-safe.
  List<LogView> logs() {
    return follower.view();
  }

  /// Whether a listing that began after `t`, ns, has shown which logs there are. Thread-safe.
  boolean hasListedSince(long t) {
    return follower.listedAt().filter(at -> at - t > 0).isPresent();
  }

  /// When a replica last said something about a window, ns. Thread-safe.
  Optional<Long> lastNote(Ulid incarnation) {
    return peers.lastNote(incarnation);
  }

  /// How far the replay is. Thread-safe.
  ReplayProgress progress() {
    return recovery.progress();
  }

  /// Segments and logs of which a part could not be read. Thread-safe.
  long damaged() {
    return recovery.damaged() + follower.damages();
  }

  /// The follower, of which this thread is the only one to call more than the counters.
  Follower follower() {
    return follower;
  }

  /// Ends the run soon. Thread-safe.
  void stop() {
    stopped = true;
    recovery.stop();
  }

  @Override
  public void run() {
    recovery.run();
    while (!stopped && recovery.progress().done()) {
      LockSupport.parkNanos(this, stepSafely());
    }
  }

  /// Does once what [#run] does all the time, for tests; the first time the replay too.
  void step() {
    if (!recovery.progress().done()) {
      recovery.run();
    }
    stepSafely();
  }

  /// Releases the logs of others. Not while they are being followed.
  @Override
  public void close() {
    follower.close();
  }

  /// Top of the thread: a defect must not silence it.
  private long stepSafely() {
    try {
      long wait = follower.step();
      tell();
      return wait;
    } catch (RuntimeException e) {
      LOG.error("following the logs of other replicas", e);
      return AFTER_DEFECT_NANOS;
    }
  }

  private void tell() {
    if (!ready && follower.notCaughtUp().isEmpty()) {
      readySince = clock.nanos();
      ready = true;
    }
    long seconds = ready ? (clock.nanos() - readySince) / NANOS_PER_SECOND : 0;
    log.tell(new LogState(ready, false, seconds, follower.consumed()));
  }
}
