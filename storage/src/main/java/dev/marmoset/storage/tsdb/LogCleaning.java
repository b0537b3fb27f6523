package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.replica.LogRetention;
import dev.marmoset.storage.window.register.RegisteredCoverage;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the logs shrink as windows become blocks, and what they still say of those windows be left out. Confined to the thread that keeps windows.
final class LogCleaning {
  private static final Logger LOG = LoggerFactory.getLogger(LogCleaning.class);
  private static final long SEGMENTS_NANOS = 10_000_000_000L;
  private static final long DIRECTORIES_NANOS = 60_000_000_000L;

  private final LogRetention retention;
  private final LogWriter log;
  private final Following following;
  private final HeadSources sources;
  private final Clock clock;
  private Set<Ulid> leftOut = Set.of();
  private long segmentsAt;
  private long directoriesAt;

  LogCleaning(LogRetention retention, LogWriter log, Following following, HeadSources sources, Clock clock) {
    this.sources = sources;
    this.retention = retention;
    this.log = log;
    this.following = following;
    this.clock = clock;
    this.segmentsAt = clock.nanos();
    this.directoriesAt = segmentsAt;
  }

  /// What does it; its counters may be read by any thread.
  LogRetention retention() {
    return retention;
  }

  /// Removes what is due to be removed. Only while the head is complete and the own lease valid: a replica that is behind
  /// has nothing to say about what the others need.
  ///
  /// @param states what the registers say
  /// @param served the blocks that can be read
  void step(Collection<WindowState> states, Set<Ulid> served) {
    if (!served.equals(leftOut)) {
      leftOut = Set.copyOf(served);
      sources.leaveOut(RegisteredCoverage.readable(states, served));
    }
    if (clock.nanos() - segmentsAt < 0 || following.notReady().isPresent() || !log.leaseIsValid()) {
      return;
    }
    segmentsAt = clock.nanos() + SEGMENTS_NANOS;
    try {
      RegisteredCoverage coverage = RegisteredCoverage.readable(states, served);
      sources.leaveOut(coverage);
      retention.own(log, coverage);
      retention.others(following.logs(), coverage);
      if (clock.nanos() - directoriesAt >= 0) {
        directoriesAt = clock.nanos() + DIRECTORIES_NANOS;
        retention.directories(log.position().incarnation(), following.logs());
      }
    } catch (IOException e) {
      LOG.warn("removing what blocks have made superfluous: it is tried again: {}", e.toString());
    }
  }
}
