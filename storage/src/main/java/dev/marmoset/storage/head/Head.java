package dev.marmoset.storage.head;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.lane.HistogramOrder;
import dev.marmoset.storage.head.beside.ExemplarRing;
import dev.marmoset.storage.head.beside.MetadataTable;
import dev.marmoset.storage.head.late.LateRows;
import dev.marmoset.storage.head.open.OpenChunks;
import dev.marmoset.storage.head.open.SeriesLines;
import dev.marmoset.storage.head.scratch.ScratchLostException;
import dev.marmoset.storage.head.series.LabelOrder;
import dev.marmoset.storage.head.series.SeriesIds;
import dev.marmoset.storage.head.series.SeriesLabelStore;
import dev.marmoset.storage.head.series.SeriesTable;
import dev.marmoset.storage.head.series.SpellingTable;
import dev.marmoset.storage.head.window.HeadWindow;
import dev.marmoset.storage.head.window.HeadWindows;
import dev.marmoset.storage.index.MemPostings;
import dev.marmoset.storage.index.SymbolTable;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.AcceptanceClock;
import dev.marmoset.storage.log.GroupApplier;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.SeriesHolder;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.SeriesLabels;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The in-memory union of all logs.
///
/// There is one lock. Appenders hold it while they judge a request, the log thread while it applies a durable group,
/// readers while they select series and copy the state of one series. Nothing else is locked under it but a scratch
/// file's own monitor, and nothing under it waits for the volume. One lock suffices because a store has one or two
/// cores: judging and applying a sample take some 10 ns each.
///
/// A sample newer than the latest of its series goes into the open chunk, every other one into the late rows of its
/// window. Both paths take what the log has, without judging again: reads merge them by the conflict rule.
public final class Head implements GroupApplier, SeriesLabels, AutoCloseable {
  /// Series per hold of the lock while open chunks of a dropped window are looked for: below 1 ms.
  private static final int DROP_BATCH = 8192;

  private final HeadOptions options;
  private final AcceptanceClock clock;
  final ReentrantLock lock = new ReentrantLock();
  final SymbolTable symbols = new SymbolTable();
  final MemPostings postings = new MemPostings(symbols);
  final SeriesLines lines = new SeriesLines();
  final SeriesTable table = new SeriesTable(lines::lowHash);
  final SpellingTable spellings = new SpellingTable();
  final HeadWindows windows;
  final OpenChunks openChunks;
  final SeriesIds ids = new SeriesIds();
  final SeriesLabelStore labels = new SeriesLabelStore(symbols, postings);
  private final LabelHash hash;
  final ExemplarRing exemplars;
  final MetadataTable metadata = new MetadataTable(HeadOptions.MAX_METADATA);
  final BatchPool batches = new BatchPool();
  /// Those that know series by the numbers of a segment.
  final Set<HeadReplay> replays = new HashSet<>();
  final EndedSeries ended;
  /// Serves the one open appender.
  final RequestIndex ownLatest = new RequestIndex();
  /// Id behind the last one found: senders repeat the order of their series.
  private int predicted;
  private final HeadStats stats = new HeadStats();
  private volatile @Nullable String fault;
  private volatile long closedBefore = Long.MIN_VALUE;
  private volatile long unsureBefore = Long.MIN_VALUE;

  /// An empty head.
  ///
  /// @param clock  the acceptance clock of this incarnation
  /// @param random source of the secret key of the label hash
  public Head(HeadOptions options, AcceptanceClock clock, RandomGenerator random) {
    this.options = options;
    this.clock = clock;
    this.windows = new HeadWindows(options.scratch());
    this.openChunks = new OpenChunks(lines, windows, options.offHeapBytes());
    this.hash = new LabelHash(random);
    this.exemplars = new ExemplarRing(options.maxExemplars(), hash);
    this.ended = new EndedSeries(this, clock);
  }

  /// Opens an appender whose commits go to `log`. It holds the head's lock until it is committed or closed.
  public HeadAppender appender(LogWriter log) {
    lock.lock();
    return new HeadAppender(this, log, clock.millis());
  }

  /// Opens a querier over an inclusive range.
  public HeadQuerier querier(TimeRange range) {
    lock.lock();
    try {
      return new HeadQuerier(this, range, windows.view(), ids.enter());
    } finally {
      lock.unlock();
    }
  }

  /// Starts of the windows of which a querier that is opened now sees memory, ms, ascending.
  public List<Long> windowsInMemory() {
    lock.lock();
    try {
      return windows.overlapping(TimeRange.ALL, windows.view()).stream().map(HeadWindow::start).distinct()
          .sorted().toList();
    } finally {
      lock.unlock();
    }
  }

  /// The windows that have samples which are not frozen, ascending.
  public List<GrowingWindow> growing() {
    lock.lock();
    try {
      return windows.growing().stream()
          .map(window -> new GrowingWindow(window.start(), window.since(), window.isInOrder(),
              window.late().total()))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /// States that everything before `t` is in blocks, so that what still comes for it is late: before the replay.
  ///
  /// @param t end of a window, ms
  public void endInOrder(long t) {
    lock.lock();
    try {
      windows.endInOrder(t);
    } finally {
      lock.unlock();
    }
  }

  /// States from when on samples may be accepted.
  ///
  /// @param t      nothing before it may, because its windows are closing, ms
  /// @param unsure nobody knows yet whether what lies before it may, ms: whoever sends it is to try again
  public void acceptFrom(long t, long unsure) {
    closedBefore = t;
    unsureBefore = unsure;
  }

  /// Time before which nothing is accepted, whatever its age, ms.
  long closedBefore() {
    return closedBefore;
  }

  /// Time before which nothing is accepted or refused for good, ms.
  long unsureBefore() {
    return unsureBefore;
  }

  /// Freezes what the head has of a window, so that it can be written to a block; later samples are kept beside it.
  ///
  /// @param start first time of the window, ms
  /// @return what is frozen; empty when there is nothing
  /// @throws IllegalStateException if an earlier window that is not frozen has samples in order
  public Optional<FrozenWindow> freeze(long start) {
    lock.lock();
    try {
      return windows.freeze(start).map(window -> new FrozenWindow(this, window));
    } finally {
      lock.unlock();
    }
  }

  /// Drops a window and the open chunks that ended in it, at once or when those before it are. Takes the lock in steps.
  void drop(HeadWindow window) throws IOException {
    lock.lock();
    int end;
    boolean inOrder;
    try {
      inOrder = windows.drop(window);
      end = ids.end();
    } finally {
      lock.unlock();
    }
    for (int from = 0; inOrder && from < end; from += DROP_BATCH) {
      lock.lock();
      try {
        openChunks.closeDropped(from, Math.min(end, from + DROP_BATCH));
      } finally {
        lock.unlock();
      }
    }
  }

  /// Removes series that have ended, some at a time. To be called about once a second, by one thread, once what earlier
  /// processes have left is in the head.
  ///
  /// @param log asked for the series it still needs, and told which ids mean no series any more
  /// @return how many were removed
  public int removeEnded(SeriesHolder log) {
    return ended.step(log);
  }

  /// Removes a series of which nothing is left and which nobody needs. Under the lock.
  void remove(int id) {
    int address = lines.labelOffset(id);
    byte[] region = LabelRegion.encode(labels.labels(address));
    table.remove(hash.high(region, 0, region.length), id);
    spellings.remove(id);
    labels.remove(id, address);
    lines.remove(id);
    ids.giveUp(id);
    stats.removed();
  }

  /// A copy of what the order of series by their labels takes. Under the lock.
  LabelOrder labelOrder() {
    return labels.order();
  }

  /// Makes the samples of a durable batch visible. On the log thread.
  @Override
  public void apply(LogBatch batch) {
    lock.lock();
    try {
      windows.applying(batch.judgedAt() == Long.MIN_VALUE ? clock.millis() : batch.judgedAt());
      for (int i = 0; i < batch.size(); i++) {
        applyFloat(batch.series(i), batch.time(i), batch.valueBits(i));
      }
      for (LogBatch.HistogramRow row : batch.histograms()) {
        applyHistogram(row.series(), row.t(), row.sample());
      }
      stats.appended(batch.size() + batch.histograms().size());
      applyBesides(batch);
    } catch (ScratchLostException e) {
      fault = e.getMessage();
    } finally {
      lock.unlock();
    }
  }

  /// Takes samples once more that the head has had in memory that is frozen: as late ones, whatever the latest of their
  /// series is. Any thread.
  ///
  /// @param batch of frozen windows only; its exemplars and metadata are not taken
  public void applyAgain(LogBatch batch) {
    lock.lock();
    try {
      windows.applying(clock.millis());
      for (int i = 0; i < batch.size(); i++) {
        late(batch.time(i)).addFloat(batch.series(i), batch.time(i), batch.valueBits(i));
      }
      for (LogBatch.HistogramRow row : batch.histograms()) {
        late(row.t()).addHistogram(row.series(), row.t(), HistogramOrder.canonicalBytes(row.sample()));
      }
    } catch (ScratchLostException e) {
      fault = e.getMessage();
    } finally {
      lock.unlock();
    }
  }

  private LateRows late(long t) {
    HeadWindow window = windows.at(t);
    window.note(t);
    return window.late();
  }

  /// Exemplars in an inclusive range of the series that satisfy all matchers of one of the selectors, ascending by
  /// labels.
  ///
  /// @throws IOException if stored data cannot be read
  public List<ExemplarSeries> exemplars(TimeRange range, List<List<Matcher>> selectors) throws IOException {
    return new ExemplarReader(this, range).read(selectors);
  }

  /// At most `limit` entries of metadata, of one family or, when it is empty, of all, ascending by family.
  public List<MetricMetadata> metadata(String family, int limit) {
    lock.lock();
    try {
      return metadata.select(family, limit);
    } finally {
      lock.unlock();
    }
  }

  /// Labels of a series, for its definition in a segment of the log.
  @Override
  public Labels labels(int series) {
    lock.lock();
    try {
      return labels.labels(lines.labelOffset(series));
    } finally {
      lock.unlock();
    }
  }

  /// Id of the series with these labels, which is created when it is new: what a log names exists, whatever the limit.
  ///
  /// @param replay knows the id from now on, until it is closed
  int replayedSeries(Labels replayed, HeadReplay replay) {
    byte[] region = LabelRegion.encode(replayed);
    lock.lock();
    try {
      int id = findOrAdd(region);
      replays.add(replay);
      replay.knows(id);
      return id;
    } finally {
      lock.unlock();
    }
  }

  /// The same for nobody, who must use the id before any series is removed.
  int replayedSeries(Labels replayed) {
    byte[] region = LabelRegion.encode(replayed);
    lock.lock();
    try {
      return findOrAdd(region);
    } finally {
      lock.unlock();
    }
  }

  private int findOrAdd(byte[] region) {
    int id = find(region, 0, region.length);
    return id >= 0 ? id : add(region, 0, region.length);
  }

  /// A replay has forgotten the ids it knew.
  void forget(HeadReplay replay) {
    lock.lock();
    try {
      replays.remove(replay);
    } finally {
      lock.unlock();
    }
  }

  /// Time of the oldest sample, ms; [Long#MAX_VALUE] without samples.
  public long oldestTime() {
    return windows.oldestTime();
  }

  /// Why the head can neither take nor serve samples any more, or why it must not take more for now; empty when all is
  /// well.
  public Optional<String> fault() {
    if (fault != null) {
      return Optional.of(fault);
    }
    return windows.all().stream().map(window -> window.file().fault()).filter(reason -> reason != null)
        .findFirst();
  }

  /// What of the data cannot be served until a restart; empty when all can.
  public Optional<String> lostData() {
    return Optional.ofNullable(fault);
  }

  /// Numbers about the head. Thread-safe.
  public HeadStats stats() {
    return stats;
  }

  /// Sizes of the head's parts. Takes the lock for a moment.
  public HeadSizes sizes() {
    lock.lock();
    try {
      long late = windows.all().stream().mapToLong(window -> window.late().memoryBytes()).sum();
      return new HeadSizes(table.size(), symbols.size(), postings.pairCount(), lines.memoryBytes(),
          openChunks.memoryBytes(), labels.memoryBytes() + symbols.memoryBytes(),
          table.memoryBytes() + spellings.memoryBytes(), late,
          windows.all().stream().mapToLong(window -> window.file().size()).sum(), exemplars.size(),
          exemplars.memoryBytes(), metadata.size());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      windows.close();
      openChunks.close();
      lines.close();
    } finally {
      lock.unlock();
    }
  }

  /// The hash by which labels are looked up, for whoever computes it without the lock.
  public LabelHash labelHash() {
    return hash;
  }

  HeadOptions options() {
    return options;
  }

  /// Finds a series by its label bytes. Under the lock.
  ///
  /// @return the id, or −1
  int find(byte[] region, int offset, int length) {
    return find(hash.low(region, offset, length), region, offset, length);
  }

  /// Finds a series by its label bytes and the low word of their hash. Under the lock.
  ///
  /// Senders repeat the order of their series, so the one behind the last hit is right in 97 % of the cases and spares
  /// the second word of the hash and the probe into the table, a cache miss at many series.
  ///
  /// @return the id, or −1
  int find(long low, byte[] region, int offset, int length) {
    boolean hit = predicted < ids.end() && lines.lowHash(predicted) == low;
    int id = hit ? predicted : table.find(hash.high(region, offset, length), low);
    if (id >= 0) {
      predicted = id + 1;
    }
    return id;
  }

  /// Adds a series that [#find] did not find. Under the lock.
  int add(byte[] region, int offset, int length) {
    int id = ids.take();
    int address = labels.add(id, region, offset, length);
    lines.add(id, hash.low(region, offset, length), address);
    table.add(hash.high(region, offset, length), id);
    predicted = id + 1;
    stats.created();
    return id;
  }

  /// Whether another series may be created. Under the lock.
  boolean hasRoom() {
    long limit = options.maxSeries() == 0 ? Long.MAX_VALUE : options.maxSeries();
    return table.size() < limit && ids.hasUpTo(LateRows.MAX_ID);
  }

  /// Whether memory for another series is there. Under the lock.
  boolean hasMemory() {
    return !openChunks.isFull();
  }

  /// Labels by id. Under the lock.
  Labels labelsOf(int id) {
    return labels.labels(lines.labelOffset(id));
  }

  /// The open chunk of a series, copied; `null` when there is none. Under the lock.
  @Nullable
  Chunk openChunk(int id) {
    return openChunks.snapshot(id);
  }

  /// Judges a sample within the acceptance window against the latest of its series. Under the lock.
  ///
  /// @param kind  one of the `LATEST_` constants of [SeriesLines]
  /// @param value value bits, or the identity of a histogram
  AppendResult judge(int id, int kind, long t, long value) {
    if (t != lastTime(id) || !hasSamples(id)) {
      return AppendResult.ACCEPTED;
    }
    return isLatest(id, kind, value) ? AppendResult.SAME_AGAIN : AppendResult.CONFLICTING_DUPLICATE;
  }

  /// Whether anything of the series has been applied. Under the lock.
  boolean hasSamples(int id) {
    return lines.latest(id) != SeriesLines.LATEST_NONE;
  }

  /// Time of the latest sample, ms. Under the lock.
  long lastTime(int id) {
    return lines.get(id, SeriesLines.LAST_TIME);
  }

  /// What stands for the content of an encoded histogram where a float has its bits: a hash. Under the lock.
  long identityOf(Chunk encoded) {
    return hash.low(encoded.data(), 0, encoded.data().length) + encoded.encoding().id();
  }

  private boolean isLatest(int id, int kind, long value) {
    return lines.latest(id) == kind && lines.get(id, SeriesLines.LAST_VALUE) == value;
  }

  private void applyBesides(LogBatch batch) {
    for (LogBatch.Exemplar exemplar : batch.exemplars()) {
      if (exemplars.add(exemplar.series(), exemplar.t(), exemplar.valueBits(),
          LabelRegion.encode(exemplar.labels()))) {
        stats.exemplar();
      }
    }
    for (MetricMetadata entry : batch.metadata()) {
      metadata.put(entry, batch.judgedAt());
    }
  }

  private void applyFloat(int id, long t, long valueBits) {
    if (t >= windows.inOrderFrom() && openChunks.appendIfNewer(id, t, valueBits)) {
      return;
    }
    if (t != lastTime(id) || !isLatest(id, SeriesLines.LATEST_FLOAT, valueBits)) {
      HeadWindow window = windows.at(t);
      window.note(t);
      window.late().addFloat(id, t, valueBits);
      stats.late();
    }
  }

  private void applyHistogram(int id, long t, HistogramSample sample) {
    Chunk encoded = HistogramOrder.canonicalBytes(sample);
    long identity = identityOf(encoded);
    boolean newest = t >= windows.inOrderFrom() && (!hasSamples(id) || t > lastTime(id));
    if (!newest && t == lastTime(id) && isLatest(id, SeriesLines.LATEST_HISTOGRAM, identity)) {
      return;
    }
    HeadWindow window = windows.at(t);
    window.note(t);
    window.late().addHistogram(id, t, encoded);
    if (newest) {
      openChunks.closeBehindHistogram(id, t, identity);
    } else {
      stats.late();
    }
  }
}
