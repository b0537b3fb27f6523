package dev.marmoset.storage.head;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
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
  private final Head head;
  private final LogWriter log;
  private final LogBatch batch;
  private final RequestIndex ownLatest;
  private final long judgedAt;
  private final long minTime;
  private final long maxTime;
  private boolean open = true;

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
    return head.hasRoom() ? head.add(region, offset, length) : OVER_LIMIT;
  }

  @Override
  public AppendResult append(long ref, long t, long valueBits) {
    if (t < minTime) {
      return AppendResult.TOO_OLD;
    }
    if (t > maxTime) {
      return AppendResult.TOO_NEW;
    }
    int id = (int) ref;
    int own = ownLatest.find(id);
    AppendResult verdict = own >= 0 ? againstOwn(own, t, valueBits) : againstHead(id, t, valueBits);
    if (verdict == AppendResult.ACCEPTED) {
      if (own < 0 || t > batch.time(own)) {
        ownLatest.put(id, batch.size());
      }
      batch.add(id, t, valueBits);
    }
    return verdict;
  }

  @Override
  public CompletableFuture<CommitOutcome> commit() {
    batch.judgedAt(judgedAt);
    release();
    if (batch.isEmpty()) {
      return finished(CommitOutcome.Durable.INSTANCE);
    }
    Optional<String> fault = head.fault();
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

  private AppendResult againstOwn(int row, long t, long valueBits) {
    if (t != batch.time(row)) {
      return AppendResult.ACCEPTED;
    }
    return batch.valueBits(row) == valueBits ? AppendResult.SAME_AGAIN : AppendResult.CONFLICTING_DUPLICATE;
  }

  private AppendResult againstHead(int id, long t, long valueBits) {
    int latest = head.lines.latest(id);
    if (latest == SeriesLines.LATEST_NONE || t != head.lines.get(id, SeriesLines.LAST_TIME)) {
      return AppendResult.ACCEPTED;
    }
    boolean same = latest == SeriesLines.LATEST_FLOAT && head.lines.get(id, SeriesLines.LAST_VALUE) == valueBits;
    return same ? AppendResult.SAME_AGAIN : AppendResult.CONFLICTING_DUPLICATE;
  }
}
