package dev.marmoset.storage.log;

import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.SeriesLabels;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.LogTail;
import dev.marmoset.storage.log.record.LogFormat;
import dev.marmoset.storage.log.record.SegmentEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the log thread does, as steps that tests can call with clocks of their own.
///
/// ```
///   open ──► LIVE ──── error, late commit, clock jump, next name unknown ────► LAPSED
///            LIVE ◄─── next segment won ────────────────────────────────────── LAPSED
///                                next name lost, or 10 min without it:         LAPSED ──► OVER
///            LIVE, LAPSED ── stop ──► STOPPED
/// ```
/// A poisoned segment is never touched again: an error may be reported once and then hidden. The log goes on in the
/// next segment, whose exclusive creation proves that nobody has sealed the log meanwhile.
///
/// Everything is confined to one thread, except what says that any thread may call it.
final class LogCommitter {
  private static final Logger LOG = LoggerFactory.getLogger(LogCommitter.class);

  enum State {
    /// Commits go to the current segment.
    LIVE,
    /// The current segment is given up; the next one is being asked for.
    LAPSED,
    /// The lease is lost for good: the process must end.
    OVER,
    /// Ended in good order, or abandoned by a test.
    STOPPED
  }

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  /// A log without writes says that it lives: a third of the lease.
  private static final long BEAT_NANOS = 5 * NANOS_PER_SECOND;
  private static final long SPACE_CHECK_NANOS = 5 * NANOS_PER_SECOND;
  private static final long FIRST_RETRY_NANOS = NANOS_PER_SECOND / 10;
  private static final long LONGEST_RETRY_NANOS = 5 * NANOS_PER_SECOND;
  /// An owner gives up after this; a seal stays for at least an hour, so that it cannot miss it.
  private static final long GIVE_UP_NANOS = 600 * NANOS_PER_SECOND;
  /// How far the floor stays behind the acceptance clock: six times what a batch may wait.
  private static final long FLOOR_LAG_MILLIS = 60_000;
  /// Samples of one commit, so that a stall of the volume does not end in one enormous write.
  private static final int COMMIT_SAMPLES = 256 << 10;
  /// Bytes of a sample until it is known better.
  private static final long FIRST_MILLIBYTES_PER_SAMPLE = 4_000;
  private static final int SEAL_ATTEMPTS = 3;

  private final LogOptions options;
  private final Clock clock;
  private final GroupApplier applier;
  private final LogStats stats = new LogStats();
  private final LogQueue queue;
  private final AcceptanceClock acceptance;
  private final Lease lease;
  private final SegmentEncoder encoder;
  private final SegmentCreation creation;
  private final FreeSpace space;
  private final ConcurrentLinkedQueue<LogNote> notes = new ConcurrentLinkedQueue<>();
  /// Head ids that mean no series any more.
  private final ConcurrentLinkedQueue<int[]> removed = new ConcurrentLinkedQueue<>();
  private volatile State state = State.LAPSED;
  private volatile String reason = "it is being opened";
  private volatile LogState told = LogState.STARTING;
  private volatile LogPosition durable;
  private volatile LogPosition applied;
  private volatile long milliBytesPerSample = FIRST_MILLIBYTES_PER_SAMPLE;
  private volatile boolean closing;
  private final ConcurrentLinkedDeque<LogTail.Segment> rolled = new ConcurrentLinkedDeque<>();
  /// A dozen entries a day.
  private final Map<Long, LogPosition> touched = new ConcurrentHashMap<>();
  private Optional<LogTail.Segment> finished = Optional.empty();
  private Optional<LogSegment> segment = Optional.empty();
  private volatile long floor = Long.MIN_VALUE;
  private long lastCommit;
  private long lastState;
  private long lastSpaceCheck;
  private long lastRollCheck;
  private long retryAt;
  private long retryNanos = FIRST_RETRY_NANOS;

  LogCommitter(LogOptions options, FileSystem files, AcceptanceClock acceptance, RandomGenerator random,
      SeriesLabels labels, GroupApplier applier) {
    this.options = options;
    this.clock = acceptance.clock();
    this.applier = applier;
    this.queue = new LogQueue(options.queueSamples(), stats);
    this.acceptance = acceptance;
    this.lease = new Lease(this.clock, options.lease().toNanos());
    this.encoder = new SegmentEncoder(options.incarnation(), options.version(), labels);
    this.creation = new SegmentCreation(options, files, this.clock, random);
    this.space = new FreeSpace(files, LogFiles.logs(options.data()));
    this.durable = new LogPosition(options.incarnation(), 0, 0);
    this.applied = durable;
  }

  /// Creates the directories and the first segment; the lease runs from here.
  ///
  /// @throws IOException if that is not possible; another attempt needs another incarnation
  void open() throws IOException {
    creation.createDirectories();
    lastCommit = clock.nanos();
    lastState = lastCommit - BEAT_NANOS;
    lastRollCheck = acceptance.millis();
    askForNext(LogFormat.REASON_ROLL);
    if (state != State.LIVE) {
      throw new IOException("opening the log " + options.incarnation() + ": " + reason, creation.lastError());
    }
    checkSpace(clock.nanos());
  }

  /// Takes a batch for a later commit, or refuses it when there is no room. Completes no answer but that. Any thread.
  void offer(LogQueue.Entry entry) {
    if (!queue.offer(entry)) {
      queue.refuse(entry, "the log's queue of " + options.queueSamples() + " samples is full");
    }
  }

  /// To be called behind [#offer]: a batch that came too late for the last commit is refused. Any thread.
  void offered() {
    if (state == State.STOPPED) {
      queue.refuseAll("the log is not writable: " + reason);
    }
  }

  /// Clears the bits of series for which samples may still be applied. Any thread.
  void spare(BitSet series) {
    queue.spare(series);
  }

  /// States that these head ids mean no series any more. A batch that is offered later may use them for others. Any
  /// thread.
  void forget(int[] series) {
    removed.add(series);
  }

  /// Why a batch offered now would be refused; empty when it would be taken. Any thread.
  Optional<String> refusal() {
    if (closing || state != State.LIVE) {
      return Optional.of("the log is not writable: " + reason);
    }
    if (lease.lapsed()) {
      return Optional
          .of("the log is not writable: no commit came through for " + options.lease().toSeconds() + " s");
    }
    return space.full() ? Optional.of(space.refusal()) : Optional.empty();
  }

  /// Until the lease lapses, ns; 0 when it has, or the log is not alive. Any thread.
  long leaseNanos() {
    return state == State.LIVE ? Math.max(0, -lease.lapsedFor()) : 0;
  }

  /// Whether nobody else can have sealed the log by right. Any thread.
  boolean leaseIsValid() {
    return state == State.LIVE && !lease.lapsed();
  }

  /// Refuses what has waited too long. Any thread, also while the log thread is stuck in a write.
  void expire() {
    queue.expire(clock.nanos() - options.maxWait().toNanos(),
        "the log did not become durable within " + options.maxWait().toSeconds() + " s");
  }

  /// Whether enough waits for a commit before its interval. Any thread.
  boolean groupIsFull() {
    return queue.weight() * milliBytesPerSample >= options.groupBytes() * 1000;
  }

  /// Any thread.
  State state() {
    return state;
  }

  /// Why the state is not [State#LIVE]. Any thread.
  String reason() {
    return reason;
  }

  LogStats stats() {
    return stats;
  }

  AcceptanceClock acceptance() {
    return acceptance;
  }

  /// End of what is durable and in time. Any thread.
  LogPosition durable() {
    return durable;
  }

  /// End of what is applied as well. Any thread.
  LogPosition applied() {
    return applied;
  }

  /// The time no later sample is judged before, ms: none of them is older than this minus W. Any thread.
  long floor() {
    return floor;
  }

  /// End of the last commit with a sample of a window, known before the sample is applied; empty without one. Any thread.
  Optional<LogPosition> touched(long windowStart) {
    return Optional.ofNullable(touched.get(windowStart));
  }

  /// The segments before the current one that this incarnation has written, ascending. Any thread may read it, and remove
  /// what has been deleted.
  ConcurrentLinkedDeque<LogTail.Segment> rolled() {
    return rolled;
  }

  /// What the other replicas are told every 5 s from now on. Any thread.
  void tell(LogState newState) {
    told = newState;
  }

  /// Tells the other replicas something about a window with the next commit. Any thread.
  void note(LogNote note) {
    notes.add(note);
  }

  /// Refuses all batches from now on; [#stop] follows. Any thread.
  void announceStop() {
    reason = "it is being closed";
    closing = true;
  }

  /// Does what is due.
  ///
  /// @return ns until there is something to do again, unless a batch arrives before
  long step() {
    expire();
    long now = clock.nanos();
    switch (state) {
      case LIVE -> live(now);
      case LAPSED -> lapsed(now);
      case OVER, STOPPED -> queue.refuseAll("the log is not writable: " + reason);
    }
    return untilNextStep();
  }

  private long untilNextStep() {
    long now = clock.nanos();
    return switch (state) {
      case LIVE -> Math.max(0, nextCommit(now) - now);
      case LAPSED -> Math.max(0, retryAt - now);
      case OVER, STOPPED -> BEAT_NANOS;
    };
  }

  private long nextCommit(long now) {
    if (queue.isEmpty() && notes.isEmpty()) {
      return lastCommit + BEAT_NANOS;
    }
    return groupIsFull() ? now : lastCommit + options.commitInterval().toNanos();
  }

  private void live(long now) {
    if (now - lastSpaceCheck >= SPACE_CHECK_NANOS) {
      checkSpace(now);
    }
    if (lease.lapsed()) {
      poison("no commit came through for " + options.lease().toSeconds() + " s");
    } else if (nextCommit(now) - now <= 0) {
      commit(queue.take(COMMIT_SAMPLES));
    }
    if (state == State.LIVE) {
      rollIfDue();
    }
  }

  private void checkSpace(long now) {
    lastSpaceCheck = now;
    space.check();
    if (space.full()) {
      queue.refuseAll(space.refusal());
    }
  }

  private void updateFloor() {
    floor = Math.max(floor, acceptance.millis() - FLOOR_LAG_MILLIS);
    encoder.accept(options.window().toMillis(), floor);
  }

  /// Writes, forces, applies and answers the batches, in this order; or says that the log lives.
  private void commit(List<LogQueue.Entry> taken) {
    // Behind the taking: what is taken was offered after the ids it uses anew were given up.
    for (int[] ids = removed.poll(); ids != null; ids = removed.poll()) {
      encoder.forget(ids);
    }
    updateFloor();
    List<LogQueue.Entry> entries = judgedAboveFloor(taken);
    var said = new ArrayList<LogNote>();
    for (LogNote note = notes.poll(); note != null; note = notes.poll()) {
      said.add(note);
    }
    if (append(() -> encode(entries, said))) {
      // Before the answers: an answered batch is used again by somebody else.
      learnSampleSize(entries);
      entries.forEach(this::apply);
      applied = durable;
      queue.done();
      entries.forEach(entry -> entry.answer().complete(CommitOutcome.Durable.INSTANCE));
    } else {
      entries.forEach(entry -> queue.refuse(entry, "the log was not written: " + reason));
      notes.addAll(said);
      queue.done();
    }
  }

  /// The floor promises that nothing older follows; what was judged by a clock behind it could be.
  private List<LogQueue.Entry> judgedAboveFloor(List<LogQueue.Entry> taken) {
    var kept = new ArrayList<LogQueue.Entry>(taken.size());
    for (LogQueue.Entry entry : taken) {
      if (entry.batch().judgedAt() >= floor) {
        kept.add(entry);
      } else {
        queue.refuse(entry,
            "the batch was judged at " + entry.batch().judgedAt() + " ms, before the log's floor of "
                + floor + " ms");
      }
    }
    return kept;
  }

  private void encode(List<LogQueue.Entry> entries, List<LogNote> said) {
    long now = clock.nanos();
    Optional<LogState> tell = now - lastState >= BEAT_NANOS ? Optional.of(told) : Optional.empty();
    lastState = tell.isPresent() ? now : lastState;
    if (entries.isEmpty()) {
      encoder.beat(said, tell);
    } else {
      encoder.group(entries.stream().map(LogQueue.Entry::batch).toList(), said, tell);
    }
  }

  private void apply(LogQueue.Entry entry) {
    try {
      applier.apply(entry.batch());
    } catch (RuntimeException e) {
      stats.applyErrors.increment();
      LOG.error("applying {} durable samples to the head", entry.batch().size(), e);
      queue.refuse(entry, "the samples are durable but not visible: " + e);
    }
  }

  private void learnSampleSize(List<LogQueue.Entry> entries) {
    long weight = 0;
    for (LogQueue.Entry entry : entries) {
      weight += entry.batch().weight();
    }
    if (weight > 0) {
      stats.groups.increment();
      stats.samples.add(weight);
      milliBytesPerSample = (3 * milliBytesPerSample + encoder.records().size() * 1000L / weight) / 4;
    }
  }

  /// Encodes, writes and forces records; whether they count. If not, the segment is poisoned.
  private boolean append(Runnable encoding) {
    LogSegment current = segment.orElseThrow();
    long began = clock.nanos();
    long beganWall = clock.wallMillis();
    long definitions = encoder.definitionBytes();
    try {
      encoder.startCommit(current.size());
      encoding.run();
      current.write(encoder.records().out());
      force(current);
    } catch (IOException | RuntimeException e) {
      LOG.warn("segment {} is given up", current.path(), e);
      poison(e.toString());
      checkSpace(clock.nanos());
      return false;
    }
    if (lease.lapsed() || lease.clockJumped()) {
      poison("a commit to " + current.path() + " came through after the lease had lapsed");
      return false;
    }
    lease.renew(began, beganWall);
    encoder.committed(current.size());
    var end = new LogPosition(options.incarnation(), current.number(), current.size());
    encoder.committedWindows().forEach(window -> touched.put(window, end));
    durable = end;
    lastCommit = began;
    retryNanos = FIRST_RETRY_NANOS;
    stats.segmentBytes.add(encoder.records().size());
    stats.definitionBytes.add(encoder.definitionBytes() - definitions);
    return true;
  }

  private void force(LogSegment current) throws IOException {
    long began = clock.nanos();
    current.force();
    stats.forces.increment();
    stats.forceNanos.add(clock.nanos() - began);
  }

  /// Gives the current segment up. What the log promised ends with the last successful commit.
  private void poison(String why) {
    stats.poisoned.increment();
    LOG.warn("log {}: {}; going on in another segment", options.incarnation(), why);
    closeSegment();
    lapse(why);
  }

  private void lapse(String why) {
    reason = why;
    state = State.LAPSED;
    retryAt = clock.nanos() + retryNanos;
    retryNanos = Math.min(LONGEST_RETRY_NANOS, retryNanos * 2);
  }

  private void closeSegment() {
    segment.ifPresent(current -> {
      try {
        current.close();
      } catch (IOException e) {
        LOG.warn("closing {}, which is not written any more: {}", current.path(), e.toString());
      }
    });
    segment = Optional.empty();
  }

  private void rollIfDue() {
    LogSegment current = segment.orElseThrow();
    long now = acceptance.millis();
    boolean due =
        options.roll().due(current.opened(), lastRollCheck, now, current.size(), encoder.definitionBytes());
    lastRollCheck = now;
    if (due && append(encoder::finish)) {
      closeSegment();
      askForNext(LogFormat.REASON_ROLL);
    }
  }

  private void lapsed(long now) {
    if (lease.lapsedFor() > GIVE_UP_NANOS) {
      over("the lease lapsed more than " + GIVE_UP_NANOS / NANOS_PER_SECOND + " s ago: " + reason);
    } else if (now - retryAt >= 0) {
      askForNext(LogFormat.REASON_RENEW);
    }
  }

  private void askForNext(int why) {
    if (!creation.isPending()) {
      updateFloor();
      finished = finished();
      var identity = creation.next(durable, why);
      creation.prepare(identity, encoder.open(identity));
    }
    switch (creation.attempt()) {
      case WON -> enter();
      case LOST -> over("somebody else owns " + creation.path() + ": the log is sealed");
      case UNKNOWN -> lapse("creating " + creation.path() + ": " + creation.lastError());
    }
  }

  /// What is known of the segment that the next one follows.
  private Optional<LogTail.Segment> finished() {
    if (durable.segment() == 0) {
      return Optional.empty();
    }
    var file = new LogSegmentFile(
        LogFiles.log(options.data(), options.incarnation()).resolve(LogFiles.segment(durable.segment())),
        options.incarnation(), durable.segment(), OptionalLong.of(durable.offset()), false);
    return Optional.of(new LogTail.Segment(file, durable.offset(), false, encoder.touchedWindows()));
  }

  /// The lease counts from before the first attempt: if that is long ago, the next step goes on to another segment.
  private void enter() {
    durable = creation.won();
    finished.ifPresent(rolled::add);
    finished = Optional.empty();
    stats.segments.increment();
    stats.openBytes.add(durable.offset());
    try {
      segment = Optional.of(
          new LogSegment(creation.path(), durable.segment(), acceptance.millis(), creation.openWon()));
    } catch (IOException e) {
      lapse("opening " + creation.path() + ": " + e);
      return;
    }
    lease.renew(creation.began(), creation.beganWall());
    state = State.LIVE;
  }

  private void over(String why) {
    LOG.error("log {} is over: {}", options.incarnation(), why);
    reason = why;
    state = State.OVER;
    queue.refuseAll("the log is not writable: " + why);
  }

  /// After a defect nobody knows what the segment holds. Batches in flight are refused by [#expire].
  void defect(Throwable defect) {
    if (state == State.LIVE) {
      poison(defect.toString());
    }
  }

  /// Ends the log: last commit, END, seal. Each part that does not come through is left out; others will seal.
  void stop() {
    announceStop();
    while (state == State.LIVE && !queue.isEmpty()) {
      commit(queue.take(COMMIT_SAMPLES));
    }
    if (state == State.LIVE && append(encoder::finish)) {
      closeSegment();
    }
    if (state != State.OVER && state != State.STOPPED && !creation.isPending()) {
      seal();
    }
    end();
  }

  private void seal() {
    var identity = creation.next(durable, LogFormat.REASON_CLEAN_END);
    byte[] content = encoder.seal(identity);
    creation.prepare(identity, content);
    var result = ExclusiveCreate.Result.UNKNOWN;
    for (int i = 0; i < SEAL_ATTEMPTS && result == ExclusiveCreate.Result.UNKNOWN; i++) {
      result = creation.attempt();
    }
    if (result == ExclusiveCreate.Result.WON) {
      stats.openBytes.add(content.length);
    } else {
      LOG.warn("log {} ends without a seal of its own: {}", options.incarnation(), result);
    }
  }

  /// Ends without a trace on the volume, as a crash would.
  void abandon() {
    announceStop();
    closeSegment();
    end();
  }

  private void end() {
    state = State.STOPPED;
    queue.refuseAll("the log is not writable: " + reason);
    encoder.close();
  }
}
