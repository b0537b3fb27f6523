package dev.marmoset.storage.replica;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Rendezvous;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.LogTail;
import dev.marmoset.storage.log.read.LogView;
import dev.marmoset.storage.log.read.SegmentObservation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows the logs of all other incarnations on the volume and ends those whose owners are gone.
///
/// One thread calls [#step] (and [#adopt] before); any thread may ask for [#view], [#notCaughtUp] and [#behind].
public final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final long SECOND = 1_000_000_000L;
  private static final long LIST_INTERVAL = 3 * SECOND;
  /// An end seen longer ago is not the end any more.
  private static final long FRESH = 2 * SECOND;
  /// Half of the live tail: later than this a reader would miss samples.
  private static final long BEHIND = 10 * SECOND;
  /// How long others wait for those before them to seal a log.
  private static final long RANK_DELAY = 5 * SECOND;
  /// Looks without an answer after which a log counts as damaged.
  private static final int UNREADABLE_LOOKS = 10;
  /// How long others are told how far a sealed log was read.
  private static final long TELL_SEALED = 600 * SECOND;

  /// A log that is followed.
  private final class Followed {
    private final LogTail tail;
    private final Intake intake = intakes.get();
    private final LogWatch watch = new LogWatch();
    private SegmentObservation observed;
    private Optional<LogState> told = Optional.empty();
    private long due;
    private long endedAt;
    private int vanished;
    /// Looks without an answer since the last one with.
    private int failures;

    private Followed(Ulid incarnation) {
      this.tail = new LogTail(files, options.data(), incarnation, this::begin);
      this.observed = tail.observed();
      this.due = clock.nanos();
    }

    private LogVisitor begin(LogSegmentFile segment, SegmentObservation next) {
      hear();
      observed = next;
      return intake.begin(segment, next);
    }

    private void hear() {
      told = observed.state().or(() -> told);
      for (LogNote note : observed.takeNotes()) {
        peers.noted(tail.incarnation(), note);
      }
    }

    private boolean isOpen() {
      return tail.status() == LogTail.Status.OPEN;
    }
  }

  /// What other threads see.
  ///
  /// @param logs      all logs
  /// @param damages   how often a part of a log could not be read
  /// @param listedAt  when the last listing of the directory of logs began, ns
  /// @param oldest    when the oldest of the last looks at open logs began, ns; empty when there are none
  /// @param unseen    whether an open log has not been looked at
  /// @param otherLive whether another log was growing then
  /// @param unread    bytes of open logs that a look has shown and that were not taken in
  private record Snapshot(List<LogView> logs, long damages, Optional<Long> listedAt, Optional<Long> oldest,
      boolean unseen,
      boolean otherLive, long unread) {}

  private final FollowOptions options;
  private final FileSystem files;
  private final Clock clock;
  private final RandomGenerator random;
  private final Supplier<Intake> intakes;
  private final Peers peers;
  private final Sealer sealer;
  private final NavigableMap<Ulid, Followed> logs = new TreeMap<>();
  private volatile Snapshot snapshot =
      new Snapshot(List.of(), 0, Optional.empty(), Optional.empty(), false, false, 0);
  private volatile boolean looking;
  private Optional<Long> listedAt = Optional.empty();
  private long listAt;

  /// A follower that knows no log yet.
  ///
  /// @param intakes makes one for each log
  public Follower(FollowOptions options, FileSystem files, Clock clock, RandomGenerator random,
      Supplier<Intake> intakes, Peers peers) {
    this.options = options;
    this.files = files;
    this.clock = clock;
    this.random = random;
    this.intakes = intakes;
    this.peers = peers;
    this.sealer = new Sealer(options, files, clock, random);
    this.listAt = clock.nanos();
  }

  /// Takes over a log whose first segments were read by other means; those are passed over with [LogTail#passOver].
  public LogTail adopt(Ulid incarnation) {
    return logs.computeIfAbsent(incarnation, Followed::new).tail;
  }

  /// Reads what is new in a log that was adopted.
  public void look(Ulid incarnation) {
    Followed followed = logs.get(incarnation);
    if (followed != null && followed.isOpen()) {
      look(followed);
      publish();
    }
  }

  /// Does what is due: looks for new logs, looks at logs, seals logs.
  ///
  /// @return ns until there is something to do again
  public long step() {
    if (clock.nanos() - listAt >= 0) {
      list();
    }
    for (Followed followed : List.copyOf(logs.values())) {
      if (followed.isOpen() && clock.nanos() - followed.due >= 0) {
        look(followed);
        sealIfSilent(followed);
      }
    }
    publish();
    return untilNextStep();
  }

  private void list() {
    long began = clock.nanos();
    try {
      Set<Ulid> found = new HashSet<>();
      for (String name : files.list(LogFiles.logs(options.data()))) {
        if (Ulid.isUlid(name)) {
          found.add(Ulid.parse(name));
        }
      }
      found.remove(options.own());
      // A log that is open is found gone by its own look only: a listing is no snapshot.
      logs.values().removeIf(followed -> !followed.isOpen() && !found.contains(followed.tail.incarnation()));
      found.forEach(incarnation -> logs.computeIfAbsent(incarnation, Followed::new));
      listedAt = Optional.of(began);
    } catch (IOException e) {
      LOG.warn("listing the logs in {}: {}", options.data(), e.toString());
    }
    listAt = clock.nanos() + LIST_INTERVAL;
  }

  private void look(Followed followed) {
    long began = clock.nanos();
    looking = true;
    try {
      followed.tail.look();
      followed.intake.flush();
      followed.watch.looked(began, clock.nanos(), followed.tail.sight());
      followed.failures = 0;
    } catch (IOException e) {
      followed.intake.flush();
      followed.watch.failed();
      if (followed.failures++ == 0) {
        LOG.warn("following log {}: {}", followed.tail.incarnation(), e.toString());
      }
    } finally {
      looking = false;
    }
    afterLook(followed, began);
  }

  private void afterLook(Followed followed, long began) {
    followed.hear();
    followed.due = began + jittered(options.interval().toNanos());
    if (!followed.isOpen()) {
      followed.endedAt = began;
      followed.intake.end();
      LOG.info("log {} was read to its end: {}", followed.tail.incarnation(), followed.tail.status());
    }
    if (followed.tail.vanished() > followed.vanished) {
      followed.vanished = followed.tail.vanished();
      peers.vanished(followed.tail.incarnation());
    }
  }

  /// Replicas that started together would ask the volume together.
  private long jittered(long nanos) {
    return nanos * 9 / 10 + random.nextLong(Math.max(1, nanos / 5));
  }

  private void sealIfSilent(Followed followed) {
    if (!followed.isOpen() || followed.watch.silence() < LogWatch.SILENCE + rank(followed) * RANK_DELAY
        || !peers.leaseIsValid()) {
      return;
    }
    if (sealer.seal(followed.tail)) {
      look(followed);
    }
  }

  private int rank(Followed followed) {
    long now = clock.nanos();
    List<Ulid> live = logs.values().stream().filter(other -> other.isOpen() && other.watch.isLive(now))
        .map(other -> other.tail.incarnation()).toList();
    return Rendezvous.rank(followed.tail.incarnation().low(), options.own(), live);
  }

  private long untilNextStep() {
    long now = clock.nanos();
    long next = listAt - now;
    for (Followed followed : logs.values()) {
      if (followed.isOpen()) {
        next = Math.min(next, followed.due - now);
      }
    }
    return Math.max(0, next);
  }

  private void publish() {
    long now = clock.nanos();
    var views = new ArrayList<LogView>(logs.size());
    Optional<Long> oldest = Optional.empty();
    boolean unseen = false;
    long damages = 0;
    boolean live = false;
    long unread = 0;
    for (Followed followed : logs.values()) {
      views.add(view(followed, now));
      damages += followed.tail.damages();
      if (followed.isOpen() && !isUnreadable(followed)) {
        long at = followed.watch.lookedAt();
        unseen |= !followed.watch.hasLooked();
        oldest = Optional.of(oldest.filter(before -> before - at <= 0).orElse(at));
        live |= followed.watch.isLive(now);
        LogTail.Sight sight = followed.tail.sight();
        unread += sight.consumed() == 0 ? 0 : sight.size() - sight.consumed();
      }
    }
    snapshot = new Snapshot(List.copyOf(views), damages, listedAt, oldest, unseen, live, unread);
  }

  /// A log that is damaged in a way that the volume does not give it, while it takes the own one: it goes as far as it
  /// goes, and must not keep this process from answering.
  private boolean isUnreadable(Followed followed) {
    return followed.failures >= UNREADABLE_LOOKS && peers.leaseIsValid();
  }

  private static LogView view(Followed followed, long now) {
    LogTail tail = followed.tail;
    return new LogView(tail.incarnation(), tail.status(), tail.consumed(), tail.intact(), tail.floor(),
        tail.window(),
        tail.isDamaged() || followed.failures >= UNREADABLE_LOOKS,
        followed.isOpen() && followed.watch.isLive(now), followed.told,
        List.copyOf(tail.segments().values()));
  }

  /// All logs of others, in the order of their incarnations, as of the last step.
  public List<LogView> view() {
    return snapshot.logs();
  }

  /// How often a part of a log could not be read while it was followed.
  public long damages() {
    return snapshot.damages();
  }

  /// For how long what open logs have been given may be missing: since the look that is longest ago began, ns; 0 when no
  /// other log is open.
  public long lagNanos() {
    return snapshot.oldest().map(at -> clock.nanos() - at).orElse(0L);
  }

  /// Bytes of open logs that the last looks have shown and that could not be taken in yet.
  public long unreadBytes() {
    return snapshot.unread();
  }

  /// Logs of replicas that are gone, sealed by this process. Any thread.
  public long sealed() {
    return sealer.sealed();
  }

  /// When the listing of the directory of logs began of which [#view] has all logs, by the monotonic clock, ns; empty
  /// before the first one.
  public Optional<Long> listedAt() {
    return snapshot.listedAt();
  }

  /// Why not everything that others have written until 2 s ago is in the head; empty when it is.
  public Optional<String> notCaughtUp() {
    Snapshot seen = snapshot;
    if (seen.listedAt().isEmpty()) {
      return Optional.of("looking for the logs of other replicas");
    }
    boolean stale = seen.unseen() || seen.oldest().filter(at -> clock.nanos() - at >= FRESH).isPresent();
    return stale ? Optional.of("reading the logs of other replicas") : Optional.empty();
  }

  /// Why an answer would miss samples that others have acknowledged; empty when it would not, as far as is known. To be
  /// asked before every answer: a process that was stopped answers before any timer of its own.
  ///
  /// A volume that stalls for everybody is no reason: nobody can have acknowledged anything then, so while a look is not
  /// answered the head is served.
  public Optional<String> behind() {
    Snapshot seen = snapshot;
    boolean old = seen.oldest().filter(at -> clock.nanos() - at >= BEHIND).isPresent();
    return old && seen.otherLive() && !looking
        ? Optional.of("the logs of other replicas were last read more than 10 s ago")
        : Optional.empty();
  }

  /// How far each log was read that is open, or ended less than 10 min ago: what [LogState] tells the others.
  public List<LogPosition> consumed() {
    long now = clock.nanos();
    return logs.values().stream().filter(log -> log.isOpen() || now - log.endedAt < TELL_SEALED)
        .map(log -> log.tail.consumed()).toList();
  }

  @Override
  public void close() {
    logs.values().forEach(followed -> followed.tail.close());
  }
}
