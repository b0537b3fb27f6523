package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.replica.Peers;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Hears what other replicas say in their logs, and judges the own lease by the own log. Thread-safe.
final class LogPeers implements Peers {
  private final LogWriter log;
  private final Clock clock;
  /// When each replica was last heard of a window, ns.
  private final Map<Ulid, Long> noted = new ConcurrentHashMap<>();
  private volatile Runnable registersChanged = () -> {
  };

  LogPeers(LogWriter log, Clock clock) {
    this.log = log;
    this.clock = clock;
  }

  /// States what is called when somebody has changed a register. It must be quick.
  void onChange(Runnable action) {
    registersChanged = action;
  }

  @Override
  public boolean leaseIsValid() {
    return log.leaseIsValid();
  }

  @Override
  public void noted(Ulid incarnation, LogNote note) {
    noted.put(incarnation, clock.nanos());
    if (note.registerNumber() > 0) {
      registersChanged.run();
    }
  }

  @Override
  public void vanished(Ulid incarnation) {
    registersChanged.run();
  }

  /// When a replica last said something about a window, ns.
  Optional<Long> lastNote(Ulid incarnation) {
    return Optional.ofNullable(noted.get(incarnation));
  }
}
