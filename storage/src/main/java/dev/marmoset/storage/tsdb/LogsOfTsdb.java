package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.log.CoveredPositions;
import dev.marmoset.storage.log.LogCatalog;
import dev.marmoset.storage.log.LogNote;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.window.WindowLogs;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the keeper of windows about the own log and those of others. Thread-safe.
final class LogsOfTsdb implements WindowLogs {
  private static final Logger LOG = LoggerFactory.getLogger(LogsOfTsdb.class);

  private final FileSystem files;
  private final Path data;
  private final long acceptanceWindow;
  private final LogWriter own;
  private final Recovery recovery;

  LogsOfTsdb(FileSystem files, TsdbOptions options, LogWriter own, Recovery recovery) {
    this.files = files;
    this.data = options.data();
    this.acceptanceWindow = options.acceptanceWindow().toMillis();
    this.own = own;
    this.recovery = recovery;
  }

  @Override
  public CoveredPositions consumed() {
    return CoveredPositions.of(List.of(own.applied()));
  }

  @Override
  public boolean isPast(long t) {
    if (own.floor() - acceptanceWindow < t) {
      return false;
    }
    try {
      return LogCatalog.read(files, data).logs().stream()
          .allMatch(log -> log.sealed() || log.incarnation().equals(own.position().incarnation()));
    } catch (IOException e) {
      LOG.warn("listing the logs in {}", data, e);
      return false;
    }
  }

  @Override
  public boolean isVoid(Claim claim) {
    return false;
  }

  @Override
  public boolean isLive() {
    return recovery.progress().done() && own.writable();
  }

  @Override
  public long acceptanceClock() {
    return own.acceptanceClock();
  }

  @Override
  public void note(long start, long number) {
    own.note(new LogNote(start, number));
  }
}
