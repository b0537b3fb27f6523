package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.CoveredPositions;
import dev.marmoset.storage.log.LogFiles;
import dev.marmoset.storage.log.LogNote;
import dev.marmoset.storage.log.LogPosition;
import dev.marmoset.storage.log.LogView;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.window.WindowLogs;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the keeper of windows about the own log and those of others. Thread-safe.
final class LogsOfTsdb implements WindowLogs {
  private static final Logger LOG = LoggerFactory.getLogger(LogsOfTsdb.class);
  /// A claim that makes no progress for so long is void.
  private static final long CLAIM_NANOS = 600_000_000_000L;

  private final FileSystem files;
  private final Path data;
  private final long acceptanceWindow;
  private final LogWriter own;
  private final Following following;
  private final Clock clock;
  /// When a claim of somebody else was first seen open, ns, by the name of its planned block.
  private final Map<Ulid, Long> claims = new ConcurrentHashMap<>();

  LogsOfTsdb(FileSystem files, TsdbOptions options, LogWriter own, Following following, Clock clock) {
    this.files = files;
    this.data = options.data();
    this.acceptanceWindow = options.acceptanceWindow().toMillis();
    this.own = own;
    this.following = following;
    this.clock = clock;
  }

  /// Of a damaged log only what precedes the damage: another replica may have read the rest, which must not be taken for
  /// covered by a block that lacks it.
  @Override
  public CoveredPositions consumed() {
    var positions = new ArrayList<LogPosition>();
    positions.add(own.applied());
    following.logs().forEach(log -> positions.add(log.intact()));
    return CoveredPositions.of(positions);
  }

  /// A log that is listed and not followed yet may bring anything.
  @Override
  public boolean isPast(long t) {
    if (own.floor() - acceptanceWindow < t) {
      return false;
    }
    try {
      for (String name : files.list(LogFiles.logs(data))) {
        if (Ulid.isUlid(name) && !isPast(Ulid.parse(name), t)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      LOG.warn("listing the logs in {}", data, e);
      return false;
    }
  }

  private boolean isPast(Ulid log, long t) {
    return log.equals(incarnation()) || view(log).filter(view -> view.isPast(t)).isPresent();
  }

  private Ulid incarnation() {
    return own.position().incarnation();
  }

  private Optional<LogView> view(Ulid log) {
    return following.logs().stream().filter(view -> view.incarnation().equals(log)).findFirst();
  }

  /// A log that is not there any more was sealed long ago.
  @Override
  public boolean isVoid(Claim claim) {
    if (claim.author().equals(incarnation())) {
      return false;
    }
    if (view(claim.author()).map(LogView::isFinished).orElse(true)) {
      return true;
    }
    long now = clock.nanos();
    long seen = claims.computeIfAbsent(claim.planned(), _ -> now);
    long progress = following.lastNote(claim.author()).filter(at -> at - seen > 0).orElse(seen);
    return now - progress > CLAIM_NANOS;
  }

  @Override
  public boolean isLive() {
    return following.notReady().isEmpty() && own.writable();
  }

  @Override
  public long acceptanceClock() {
    return own.acceptanceClock();
  }

  @Override
  public void note(long start, long number) {
    own.note(new LogNote(start, number));
  }

  /// What is known of the logs of others, for those who delete them.
  List<LogView> others() {
    return following.logs();
  }
}
