package dev.marmoset.storage.head;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.log.LogBatch;
import dev.marmoset.storage.log.LogWriter;
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

  private final Head head;
  private final LogWriter log;
  private final LogBatch batch;
  private final RequestIndex ownLatest;
  private final long judgedAt;
  private final long minTime;
  private final long maxTime;
  /// Highest id accepted so far, while ids only ascend: a request with one sample per known series in the order of
  /// their creation, the usual one, then needs no index of itself.
  private int highest = -1;
  private boolean indexed;
  private boolean open = true;
  private boolean overloaded;

  /// The head's lock is held and stays so until [#commit] or [#close].
  ///
  /// @param now acceptance clock, ms
  HeadAppender(Head head, LogWriter log, long now) {
    this.head = head;
    this.log = log;
    this.batch = head.batches.take();
    this.ownLatest = head.ownLatest;
    this.judgedAt = now;
    this.minTime = now - head.options().acceptanceWindow();
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
    index();
    int id = (int) ref;
    long identity = head.identityOf(HistogramScratch.encode(sample));
    AppendResult verdict = judge(id, SeriesLines.LATEST_HISTOGRAM, t, identity);
    if (verdict == AppendResult.ACCEPTED) {
      batch.addHistogram(id, t, sample);
    }
    return verdict;
  }

  @Override
  public CompletableFuture<CommitOutcome> commit() {
    batch.judgedAt(judgedAt);
    release();
    if (batch.isEmpty() && !overloaded) {
      return finished(CommitOutcome.Durable.INSTANCE);
    }
    Optional<String> fault = overloaded ? Optional.of(OVERLOADED) : head.fault();
    if (fault.isPresent()) {
      return finished(new CommitOutcome.Unavailable(fault.get()));
    }
    return log.append(batch).thenApply(outcome -> {
      if (outcome instanceof CommitOutcome.Durable) {
        head.batches.giveBack(batch);
      }
      return outcome;
    });
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
    int own = ownLatest(id);
    boolean latestIsOwn = own >= 0 && (!head.hasSamples(id) || ownLatest.time(own) > head.lastTime(id));
    AppendResult verdict = latestIsOwn ? againstOwn(own, kind, t, value) : head.judge(id, kind, t, value);
    if (verdict == AppendResult.ACCEPTED && (own < 0 || t > ownLatest.time(own))) {
      note(id, kind, t, value);
    }
    return verdict;
  }

  /// Slot of the newest sample of the series that this request has had accepted, or −1.
  private int ownLatest(int id) {
    if (!indexed) {
      if (id > highest) {
        return -1;
      }
      index();
    }
    return ownLatest.find(id);
  }

  private void note(int id, int kind, long t, long value) {
    if (indexed) {
      ownLatest.put(id, kind, t, value);
    } else {
      highest = id;
    }
  }

  /// Enters what has been accepted so far: floats, of each series one.
  private void index() {
    if (!indexed) {
      indexed = true;
      for (int i = 0; i < batch.size(); i++) {
        ownLatest.put(batch.series(i), SeriesLines.LATEST_FLOAT, batch.time(i), batch.valueBits(i));
      }
    }
  }

  private AppendResult againstOwn(int own, int kind, long t, long value) {
    if (t != ownLatest.time(own)) {
      return AppendResult.ACCEPTED;
    }
    return ownLatest.holds(own, kind, value) ? AppendResult.SAME_AGAIN : AppendResult.CONFLICTING_DUPLICATE;
  }
}
