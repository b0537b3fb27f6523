package dev.marmoset.storage.window;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.head.GrowingWindow;
import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.log.read.LogFiles;
import dev.marmoset.storage.window.read.StoreView;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterFiles;
import dev.marmoset.storage.window.register.RegisterRecord;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Conflict;
import dev.marmoset.storage.window.register.RegisterRecord.ListedFile;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import dev.marmoset.storage.window.register.RegisterRecord.Stamp;
import dev.marmoset.storage.window.register.RegisterRecord.Uploaded;
import dev.marmoset.storage.window.register.RegisterWriter;
import dev.marmoset.storage.window.register.Registers;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves windows on, one step at a time: memory becomes parts, parts and memory become the final block, old blocks leave
/// the volume. Confined to one thread, except what says that any thread may call it.
///
/// ```
///   memory ── cut ──► PART … ── nothing can come any more ──► COMMIT(final) ── retention ──► RETIRED     policy wait
///   memory ──► COMMIT(first), COMMIT(patch 1) … ──► COMMIT(patch n, closing) ── retention ──► RETIRED     policy patch
/// ```
/// What is decided is in the window's register before anything changes for readers; a step that fails changes nothing
/// and is repeated. Memory is given up only for a block that is registered, so an acknowledged sample is at any time in
/// a log that is kept, and in memory or in a block.
public final class WindowKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(WindowKeeper.class);
  private static final Duration REFRESH = Duration.ofSeconds(60);
  private static final Duration REFRESH_UNREADABLE = Duration.ofSeconds(5);
  /// A zombie that still holds a claim is long gone by then.
  private static final Duration REGISTERS_KEPT = Duration.ofDays(7);

  private final KeeperParts parts;
  private final WindowWork work;
  private final BlockRetention retention;
  private final StoreView view;
  private final ClosedBound closedBound;
  private final Map<Long, PendingWindow> pending = new TreeMap<>();
  /// Blocks that turned out damaged while they were read, and why.
  private final ConcurrentLinkedQueue<Map.Entry<Ulid, String>> damaged = new ConcurrentLinkedQueue<>();
  /// What the upload has found out and the registers do not say yet.
  private final ConcurrentLinkedQueue<UploadReport> reports = new ConcurrentLinkedQueue<>();
  private volatile List<Unuploaded> notUploaded = List.of();
  private volatile boolean refreshAsked;
  private long lastRefresh;

  private WindowKeeper(KeeperParts parts, StoreView view) {
    this.parts = parts;
    this.view = view;
    this.work = new WindowWork(parts);
    this.retention = new BlockRetention(parts);
    this.closedBound = new ClosedBound(parts.head(), parts.clock());
  }

  /// What the keeper works on.
  ///
  /// @param files       the volume
  /// @param access      how blocks are read
  /// @param data        data directory
  /// @param volume      identity of the volume
  /// @param scratch     directory of this process on the node-local disk
  /// @param incarnation this process start
  public record Place(FileSystem files, SealedFiles access, Path data, Ulid volume, Path scratch,
      Ulid incarnation) {}

  /// Reads all registers, and serves the blocks they name from the return on.
  ///
  /// @param random source of names and nonces that no other process shares
  /// @throws IOException if the registers or the directory of blocks cannot be listed
  public static WindowKeeper open(WindowOptions options, Place place, WindowLogs logs, Head head,
      StoreView view,
      Clock clock, RandomGenerator random) throws IOException {
    place.files().createDirectories(RegisterFiles.blocks(place.data()));
    place.files().createDirectories(RegisterFiles.windows(place.data()));
    place.files().forceDirectory(place.data());
    var stats = new WindowStats();
    var ledger = new WindowLedger(new Registers(place.files(), place.data()),
        new RegisterWriter(place.files(), place.data(), place.incarnation(), clock, random), logs);
    var shelf = new BlockShelf(place.files(), place.access(), place.data(), clock, view, stats);
    var build = new BlockBuild(place.files(), RegisterFiles.blocks(place.data()),
        LogFiles.temporary(place.data(), place.incarnation()), place.scratch(), options.labels());
    var plan = new PublicationPlan(new BucketIdentity(place.volume(), options.labels()));
    var keeper = new WindowKeeper(new KeeperParts(options, logs, ledger, head, shelf, build, plan,
        place.incarnation(), clock, new UlidGenerator(clock, random), stats), view);
    view.onDamage(
        (block, damage) -> keeper.damaged.add(Map.entry(block, String.valueOf(damage.getMessage()))));
    keeper.refresh();
    keeper.closedBound.begin(keeper.states());
    keeper.endInOrder();
    return keeper;
  }

  /// What the registers say, by the start of the window, ms. On the keeper's thread, or before it runs.
  public Map<Long, WindowState> states() {
    return parts.ledger().states();
  }

  /// What is counted. Any thread.
  public WindowStats stats() {
    return parts.stats();
  }

  /// A block that is committed and not known to be in the bucket.
  ///
  /// @param start       of its window, ms
  /// @param commit      what fixes it
  /// @param publication the block
  public record Unuploaded(long start, Commit commit, Publication publication) {}

  /// The committed blocks that are not known to be in the bucket and of which nothing forbids that they be, as of the
  /// last step, ascending by window. Any thread.
  public List<Unuploaded> notUploaded() {
    return notUploaded;
  }

  /// Has it written down that a block is in the bucket. Any thread; a process that dies before it is finds it there again.
  ///
  /// @param start   of the window, ms
  /// @param bucket  name of the block there
  /// @param listing what a listing showed; empty when the block had been compacted already
  public void uploaded(long start, Ulid bucket, List<ListedFile> listing) {
    reports.add(new UploadReport(start, stamp -> new Uploaded(stamp, bucket, listing)));
  }

  /// Has it written down that something in the bucket forbids to upload a window. Any thread.
  ///
  /// @param start   of the window, ms
  /// @param foreign the block or volume found there
  /// @param found   what was found, in words
  public void conflict(long start, Ulid foreign, String found) {
    reports.add(new UploadReport(start, stamp -> new Conflict(stamp, foreign, found)));
  }

  /// A record that the upload asks for.
  private record UploadReport(long start, Function<Stamp, RegisterRecord> content) {}

  /// Has the registers read again with the next step, because somebody has written one. Any thread.
  public void refreshSoon() {
    refreshAsked = true;
  }

  /// Does what is due. Errors are logged and counted; what they interrupted is tried again with the next step.
  public void step() {
    view.releaseUnread();
    try {
      setDamagedAside();
      if (refreshAsked || parts.clock().nanos() - lastRefresh >= refreshEvery().toNanos()) {
        refresh();
      }
      if (parts.logs().isLive()) {
        advance();
        writeReports();
        if (retention.step()) {
          serve();
        }
      }
      listNotUploaded();
    } catch (IOException e) {
      parts.stats().failures.increment();
      LOG.warn("keeping windows: it is tried again", e);
    }
  }

  private Duration refreshEvery() {
    return closedBound.waiting().isPresent() ? REFRESH_UNREADABLE : REFRESH;
  }

  /// Which register could not be read since the start, so that blocks may be missing from answers and late samples are
  /// put off; empty when all could, or after 10 min. Any thread.
  public Optional<String> unreadable() {
    return closedBound.waiting();
  }

  /// Has the present step end early. Any thread.
  public void stop() {
    parts.build().stop();
  }

  /// Closes the blocks. Nothing may read them any more.
  public void close() {
    parts.shelf().close();
  }

  /// What lies below the end of a window with a block is late: its chunks in order are in the block.
  private void endInOrder() {
    states().values().stream().filter(state -> !state.blocks().isEmpty() || state.isClosing())
        .mapToLong(WindowState::end).max().ifPresent(parts.head()::endInOrder);
  }

  private void refresh() throws IOException {
    refreshAsked = false;
    lastRefresh = parts.clock().nanos();
    parts.ledger().refreshAll();
    closedBound.step(states());
    parts.stats().unreadable = parts.ledger().unreadable();
    if (!parts.shelf().serves(parts.ledger().blocks())) {
      serve();
    }
    Set<Ulid> present = parts.shelf().present();
    var unneeded = parts.ledger().dropped();
    unneeded.addAll(parts.ledger().orphans());
    unneeded.retainAll(present);
    parts.shelf().sweep(unneeded);
    removeOldRegisters(present);
  }

  /// A register without blocks says nothing any more but that its window is closed, which later ones say too.
  private void removeOldRegisters(Set<Ulid> present) throws IOException {
    long before = parts.logs().acceptanceClock() - REGISTERS_KEPT.toMillis()
        - parts.options().acceptanceWindow().toMillis();
    for (WindowState state : List.copyOf(states().values())) {
      if (state.end() < before && state.isClosed() && state.health() == WindowState.Health.WHOLE
          && state.blocks().isEmpty() && state.dropped().stream().noneMatch(present::contains)) {
        parts.shelf().removeRegister(state.start());
        parts.ledger().forget(state.start());
      }
    }
  }

  private void setDamagedAside() {
    boolean any = false;
    for (var block = damaged.poll(); block != null; block = damaged.poll()) {
      parts.shelf().quarantine(block.getKey(), block.getValue());
      any = true;
    }
    if (any) {
      serve();
    }
  }

  private void writeReports() {
    for (UploadReport report = reports.peek(); report != null; report = reports.peek()) {
      WindowState state = parts.ledger().refresh(report.start());
      var next = report.content();
      if (state.health() == WindowState.Health.WHOLE
          && parts.ledger().append(state, new PendingWindow(), next).isEmpty()) {
        // With the next step: it is only repeated when it is not in the register.
        return;
      }
      reports.remove();
    }
  }

  private void listNotUploaded() {
    var list = new ArrayList<Unuploaded>();
    states().values().stream().filter(state -> state.conflicts().isEmpty()).forEach(state -> {
      var missing = state.notUploaded();
      for (Commit commit : state.commits()) {
        commit.publication().filter(missing::contains)
            .ifPresent(block -> list.add(new Unuploaded(state.start(), commit, block)));
      }
    });
    notUploaded = List.copyOf(list);
  }

  private void serve() {
    parts.shelf().serve(parts.ledger().blocks(), () -> {
    }, () -> {
    });
  }

  /// Ascending, because the open chunks of a window cannot be frozen before those of earlier ones.
  private void advance() {
    var growing = new TreeMap<Long, GrowingWindow>();
    parts.head().growing().forEach(window -> growing.put(window.start(), window));
    var starts = new TreeSet<>(growing.keySet());
    starts.addAll(pending.keySet());
    starts.addAll(parts.ledger().open());
    parts.stats().oldestOpen = starts.isEmpty() ? Long.MAX_VALUE : starts.getFirst();
    for (long start : starts) {
      WindowState state = parts.ledger().states().getOrDefault(start, WindowState.empty(start));
      try {
        freezeIfDue(state, growing.get(start));
        if (state.health() == WindowState.Health.WHOLE) {
          advance(state);
        }
      } catch (IOException | RuntimeException e) {
        // What is wrong with one window must not hold up the others, or memory would grow for ever.
        parts.stats().failures.increment();
        LOG.warn("keeping window {}: it is tried again", start, e);
      }
    }
  }

  /// Also when nothing can be registered: later windows can only be frozen behind this one.
  private void freezeIfDue(WindowState state, @Nullable GrowingWindow memory) {
    if (memory != null && isCutDue(state, memory, parts.logs().acceptanceClock())) {
      work.freeze(state.start(), pending.computeIfAbsent(state.start(), _ -> new PendingWindow()));
    }
  }

  private void advance(WindowState state) throws IOException {
    long start = state.start();
    long now = parts.logs().acceptanceClock();
    boolean closing = state.isClosed() || now >= work.closingDueAt(state);
    if (closing) {
      if (work.close(start, pending.computeIfAbsent(start, _ -> new PendingWindow()))) {
        pending.remove(start);
      }
    } else {
      PendingWindow window = pending.get(start);
      if (window != null && work.cut(start, window)) {
        pending.remove(start);
      }
    }
  }

  private boolean isCutDue(WindowState state, GrowingWindow memory, long now) {
    Duration w = parts.options().acceptanceWindow();
    if (w.compareTo(WindowOptions.SHORTEST_CUT_WINDOW) < 0
        && parts.options().lateSamples() == LateSamples.WAIT) {
      return false;
    }
    boolean first = memory.inOrder() || state.blocks().isEmpty();
    return first
        ? now >= memory.start() + ChunkCut.WINDOW_MS + parts.options().cutDelay().toMillis()
        : now >= memory.since() + parts.options().lateAge().toMillis();
  }
}
