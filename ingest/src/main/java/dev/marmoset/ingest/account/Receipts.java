package dev.marmoset.ingest.account;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The receipts of the last requests, and of the last ones that were refused in whole or in part: a refusal is what
/// somebody looks for, and must not be pushed out by a thousand successes. Thread-safe; bounded.
public final class Receipts {
  private final int kept;
  private final Object lock = new Object();
  @GuardedBy("lock")
  private final ArrayDeque<Receipt> all = new ArrayDeque<>();
  @GuardedBy("lock")
  private final ArrayDeque<Receipt> refused = new ArrayDeque<>();

  /// @param kept receipts that are kept of each kind, some 200 bytes each and up to 1 KiB of text for a refused one;
  ///             0 = none
  public Receipts(int kept) {
    if (kept < 0) {
      throw new IllegalArgumentException("receipts to keep are " + kept + ", minimum 0");
    }
    this.kept = kept;
  }

  /// Whether any are kept.
  public boolean keeps() {
    return kept > 0;
  }

  /// Adds one; the oldest goes when there is no room.
  public void add(Receipt receipt) {
    if (kept == 0) {
      return;
    }
    synchronized (lock) {
      put(all, receipt);
      if (receipt.refused()) {
        put(refused, receipt);
      }
    }
  }

  /// The latest receipts, newest first.
  ///
  /// @param sender      only of this one; empty: of all
  /// @param refusedOnly only of requests of which something was not taken
  /// @param most        at most so many
  public List<Receipt> latest(String sender, boolean refusedOnly, int most) {
    var found = new ArrayList<Receipt>();
    synchronized (lock) {
      var newestFirst = (refusedOnly ? refused : all).descendingIterator();
      while (newestFirst.hasNext() && found.size() < most) {
        Receipt receipt = newestFirst.next();
        if (sender.isEmpty() || receipt.sender().equals(sender)) {
          found.add(receipt);
        }
      }
    }
    return found;
  }

  private void put(ArrayDeque<Receipt> kind, Receipt receipt) {
    if (kind.size() == kept) {
      kind.removeFirst();
    }
    kind.addLast(receipt);
  }
}
