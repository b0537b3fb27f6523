package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Rendezvous;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogView;
import dev.marmoset.storage.window.WindowLogs;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
  /// So long the next in line leaves a window to the one before.
  private static final Duration RANK_DELAY = Duration.ofSeconds(60);

  private final FileSystem files;
  private final Path data;
  private final long acceptanceWindow;
  private final LogWriter own;
  private final Following following;
  private final Clock clock;
  private final HeadSources sources;
  private final SecondReading secondReading;
  /// When a claim of somebody else was first seen open, ns, by the name of its planned block.
  private final Map<Ulid, Long> claims = new ConcurrentHashMap<>();

  LogsOfTsdb(FileSystem files, TsdbOptions options, LogWriter own, Following following, HeadSources sources,
      Head head, Clock clock) {
    this.sources = sources;
    this.secondReading = new SecondReading(files, options.data(), own, following, head);
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

  @Override
  public CoveredPositions taken(long start) {
    return sources.taken(start).union(CoveredPositions.of(own.touched(start).stream().toList()));
  }

  @Override
  public void readAgain(long start, CoveredPositions from, CoveredPositions to) throws IOException {
    secondReading.read(start, from, to);
  }

  /// Only replicas that can do the work stand in the way of others.
  @Override
  public Duration claimDelay(long start) {
    List<Ulid> able = following.logs().stream().filter(log -> log.live() && log.told().filter(
        state -> state.ready() && !state.leaving()).isPresent()).map(LogView::incarnation).toList();
    return RANK_DELAY.multipliedBy(Rendezvous.rank(start, incarnation(), able));
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

  /// A log that is not there any more was sealed long ago; one that is too young to be followed is there.
  @Override
  public boolean isVoid(Claim claim) {
    if (claim.author().equals(incarnation())) {
      return false;
    }
    long now = clock.nanos();
    long seen = claims.computeIfAbsent(claim.planned(), _ -> now);
    Optional<LogView> author = view(claim.author());
    if (author.isEmpty() ? following.hasListedSince(seen) : author.get().isFinished()) {
      return true;
    }
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
