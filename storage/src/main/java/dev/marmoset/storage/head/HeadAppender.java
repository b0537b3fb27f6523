package dev.marmoset.storage.head;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.lane.HistogramOrder;
import dev.marmoset.storage.head.open.SeriesLines;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.LogWriter;
import dev.marmoset.storage.log.entry.LogBatch;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Judges the samples of one request against what the head holds.
///
/// Judged is against samples that are durable and applied, and against this request's own. Samples of other requests
/// that are still on their way to the log are not seen: if their group failed, a verdict that built on them would
/// acknowledge what was never stored. Two requests in flight can therefore both get a conflicting sample accepted; the
/// conflict rule settles it at reading.
public final class HeadAppender implements Appender {
  private static final String OVERLOADED =
      "the memory for series (--memory.limit) is used up; existing series are still taken, without new ones in the request";

  private static final String UNSURE =
      "whether samples of their age can still be taken is not known yet: the register of a window cannot be read";

  private final Head head;
  private final LogWriter log;
  private final LogBatch batch;
  private final RequestIndex ownLatest;
  private final long judgedAt;
  private final long minTime;
  private final long unsureBefore;
  private final long maxTime;
  private boolean open = true;
  private boolean overloaded;
  private boolean unsure;
  /// Highest series id met while the ids have only risen.
  private int highest = -1;

  /// The head's lock is held and stays so until [#commit] or [#close].
  ///
  /// @param now acceptance clock, ms
  HeadAppender(Head head, LogWriter log, long now) {
    this.head = head;
    this.log = log;
    this.batch = head.batches.take();
    this.ownLatest = head.ownLatest;
    this.judgedAt = now;
    this.minTime = Math.max(now - head.options().acceptanceWindow(), head.closedBefore());
    this.unsureBefore = head.unsureBefore();
    this.maxTime = now + HeadOptions.MAX_AHEAD_MS;
    ownLatest.clear();
  }

  @Override
  public long minTime() {
    return minTime;
  }

  @Override
  public long maxTime() {
    return maxTime;
  }

  @Override
  public long find(byte[] region, int offset, int length) {
    return head.find(region, offset, length);
  }

  @Override
  public long find(long lowHash, byte[] region, int offset, int length) {
    return head.find(lowHash, region, offset, length);
  }

  @Override
  public boolean isSpelt(long ref, long low) {
    return head.spellings.holds((int) ref, low);
  }

  @Override
  public long findSpelling(long high, long low) {
    return head.spellings.find(high, low);
  }

  @Override
  public void noteSpelling(long ref, long high, long low) {
    head.spellings.add((int) ref, high, low);
  }

  @Override
  public long create(byte[] region, int offset, int length) {
    int id = head.find(region, offset, length);
    if (id >= 0) {
      return id;
    }
    if (!head.hasMemory()) {
      overloaded = true;
      return OVER_LIMIT;
    }
    return head.hasRoom() ? head.add(region, offset, length) : OVER_LIMIT;
  }

  @Override
  public long newestTime(long ref) {
    int id = (int) ref;
    return head.hasSamples(id) ? head.lastTime(id) : Long.MIN_VALUE;
  }

  @Override
  public AppendResult append(long ref, long t, long valueBits) {
    int id = (int) ref;
    AppendResult verdict = judge(id, SeriesLines.LATEST_FLOAT, t, valueBits);
    if (verdict == AppendResult.ACCEPTED) {
      batch.add(id, t, valueBits);
    }
    return verdict;
  }

  @Override
  public AppendResult appendHistogram(long ref, long t, HistogramSample sample) {
    int id = (int) ref;
    long identity = head.identityOf(HistogramOrder.canonicalBytes(sample));
    AppendResult verdict = judge(id, SeriesLines.LATEST_HISTOGRAM, t, identity);
    if (verdict == AppendResult.ACCEPTED) {
      batch.addHistogram(id, t, sample);
    }
    return verdict;
  }

  @Override
  public AppendResult appendExemplar(long ref, long t, long valueBits, Labels labels) {
    if (!head.exemplars.keeps()) {
      return AppendResult.NOT_KEPT;
    }
    if (t < minTime) {
      return AppendResult.TOO_OLD;
    }
    if (t > maxTime) {
      return AppendResult.TOO_NEW;
    }
    unsure |= t < unsureBefore;
    int id = (int) ref;
    if (head.exemplars.holds(id, t, valueBits, LabelRegion.encode(labels))) {
      return AppendResult.SAME_AGAIN;
    }
    // A second equal one of this request is accepted as well: the ring takes only one of them.
    batch.addExemplar(id, t, valueBits, labels);
    return AppendResult.ACCEPTED;
  }

  @Override
  public void appendMetadata(MetricMetadata metadata) {
    if (!head.metadata.isFresh(metadata, judgedAt)) {
      batch.addMetadata(metadata);
    }
  }

  @Override
  public CompletableFuture<CommitOutcome> commit() {
    batch.judgedAt(judgedAt);
    if (batch.isEmpty() && !overloaded && !unsure) {
      return finished(CommitOutcome.Durable.INSTANCE);
    }
    Optional<String> fault = fault();
    if (fault.isPresent()) {
      return finished(new CommitOutcome.Unavailable(fault.get()));
    }
    // Under the lock: whoever removes series finds every batch that may still be applied with the log.
    CompletableFuture<CommitOutcome> answer = log.queue(batch);
    release();
    log.wake();
    return answer.thenApply(outcome -> {
      if (outcome instanceof CommitOutcome.Durable) {
        head.batches.giveBack(batch);
      }
      return outcome;
    });
  }

  private Optional<String> fault() {
    if (unsure) {
      return Optional.of(UNSURE);
    }
    return overloaded ? Optional.of(OVERLOADED) : head.fault();
  }

  @Override
  public void close() {
    if (open) {
      release();
      head.batches.giveBack(batch);
    }
  }

  private void release() {
    open = false;
    head.lock.unlock();
  }

  private CompletableFuture<CommitOutcome> finished(CommitOutcome outcome) {
    release();
    head.batches.giveBack(batch);
    return CompletableFuture.completedFuture(outcome);
  }

  private AppendResult judge(int id, int kind, long t, long value) {
    if (t < minTime) {
      return AppendResult.TOO_OLD;
    }
    if (t > maxTime) {
      return AppendResult.TOO_NEW;
    }
    unsure |= t < unsureBefore;
    int own = ownLatest(id);
    boolean latestIsOwn = own >= 0 && (!head.hasSamples(id) || ownLatest.time(own) > head.lastTime(id));
    AppendResult verdict =
        latestIsOwn ? againstOwn(own, kind, t, value) : head.judge(id, kind, t, value);
    if (verdict == AppendResult.ACCEPTED && ownLatest.isIndexed() && (own < 0 || t > ownLatest.time(own))) {
      ownLatest.put(id, kind, t, value);
    }
    return verdict;
  }

  /// Slot of the series' newest accepted sample of this request, or −1.
  ///
  /// As long as each series comes once and in the order of the ids, which is how senders repeat themselves, no sample of
  /// the request can have one before it, and nothing is looked up or noted. The first series that comes out of order
  /// has the samples so far indexed.
  private int ownLatest(int id) {
    if (ownLatest.isIndexed()) {
      return ownLatest.find(id);
    }
    if (id > highest) {
      highest = id;
      return -1;
    }
    for (int i = 0; i < batch.size(); i++) {
      ownLatest.putIfNewer(batch.series(i), SeriesLines.LATEST_FLOAT, batch.time(i), batch.valueBits(i));
    }
    for (LogBatch.HistogramRow row : batch.histograms()) {
      ownLatest.putIfNewer(row.series(), SeriesLines.LATEST_HISTOGRAM, row.t(),
          head.identityOf(HistogramOrder.canonicalBytes(row.sample())));
    }
    ownLatest.indexed();
    return ownLatest.find(id);
  }

  private AppendResult againstOwn(int own, int kind, long t, long value) {
    if (t != ownLatest.time(own)) {
      return AppendResult.ACCEPTED;
    }
    return ownLatest.holds(own, kind, value) ? AppendResult.SAME_AGAIN : AppendResult.CONFLICTING_DUPLICATE;
  }
}
