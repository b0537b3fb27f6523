package dev.marmoset.ingest.account;

/// One sender, or all that have no account of their own. Thread-safe.
public final class Sender {
  private final String name;
  private final TokenBucket samples;
  private final DailyCount created;

  Sender(String name, SenderLimits limits, long now) {
    this.name = name;
    this.samples = new TokenBucket(limits.samplesPerSecond(), now);
    this.created = new DailyCount(now);
  }

  /// Name in counters and receipts.
  public String name() {
    return name;
  }

  /// Seconds to wait until more samples are taken from the sender; 0 = none.
  ///
  /// @param now monotonic time, ns
  public long secondsToWait(long now) {
    return samples.secondsInDebt(now);
  }

  /// Books samples that the sender has sent, whatever becomes of them.
  ///
  /// @param now monotonic time, ns
  public void sent(int count, long now) {
    samples.take(count, now);
  }

  /// Series it has created within 24 h.
  long created(long now) {
    return created.sum(now);
  }

  /// Books a series that it has created.
  void creates(long now) {
    created.add(now);
  }
}
