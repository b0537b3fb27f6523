package dev.marmoset.ingest.account;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// Everybody who sends. Thread-safe.
///
/// Who shows a credential always has an account, because the configuration bounds their number. Of the others, who
/// choose their names themselves, the first [#MAX_UNPROVEN] have one; the rest shares [#OTHER], its limits included.
public final class Senders {
  /// Accounts of senders without a credential.
  public static final int MAX_UNPROVEN = 100;
  /// Account of all senders beyond the bound.
  public static final String OTHER = "other";
  private static final int MAX_NAME_CHARS = 64;

  private final SenderLimits limits;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, Sender> proven = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Sender> unproven = new ConcurrentHashMap<>();
  private final Sender other;
  private final TokenBucket newSeries;

  /// What [#admitSeries] says.
  public enum Admission {
    /// The series may be created.
    ADMITTED,
    /// All senders together create series too fast: later it may be created.
    TOO_FAST,
    /// The sender has created as many series as it may.
    OVER_QUOTA
  }

  /// @param nanoTime monotonic time, ns
  public Senders(SenderLimits limits, LongSupplier nanoTime) {
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.other = new Sender(OTHER, limits, nanoTime.getAsLong());
    this.newSeries = new TokenBucket(limits.newSeriesPerSecond(), nanoTime.getAsLong());
  }

  /// The limits of each.
  public SenderLimits limits() {
    return limits;
  }

  /// The account of a request's sender.
  public Sender of(Origin origin, String userAgent) {
    String name = origin.senderName(userAgent);
    var accounts = origin.credential().isEmpty() ? unproven : proven;
    Sender known = accounts.get(name);
    if (known != null) {
      return known;
    }
    if (accounts == unproven && (unproven.size() >= MAX_UNPROVEN || name.length() > MAX_NAME_CHARS)) {
      return other;
    }
    return accounts.computeIfAbsent(name, n -> new Sender(n, limits, nanoTime.getAsLong()));
  }

  /// Whether a sender may create one more series; counts it if so. Called under the head's lock, for new series only.
  public Admission admitSeries(Sender sender) {
    long now = nanoTime.getAsLong();
    // The quota first: a sender beyond it must not use up what others may create.
    if (limits.seriesPerDay() > 0 && sender.created(now) >= limits.seriesPerDay()) {
      return Admission.OVER_QUOTA;
    }
    if (!newSeries.tryTake(now)) {
      return Admission.TOO_FAST;
    }
    sender.creates(now);
    return Admission.ADMITTED;
  }
}
