package dev.marmoset.storage.upload;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// What publication counts. Thread-safe; everything only grows except the gauges.
public final class UploadStats {
  /// Blocks that are in the bucket for certain, put by us or found there.
  public final LongAdder uploads = new LongAdder();
  /// … of which under another name, compacted.
  public final LongAdder alreadyPublished = new LongAdder();
  /// Attempts that ended with an error of the bucket or of a local file.
  public final LongAdder failures = new LongAdder();
  /// Attempts that ended because no request may start.
  public final LongAdder denied = new LongAdder();
  /// Conflicts met: labels, windows and overlaps of somebody else.
  public final LongAdder conflicts = new LongAdder();
  /// Duplicates that were marked for deletion.
  public final LongAdder retired = new LongAdder();
  /// Bytes put, meta.json and failed attempts not counted.
  public final LongAdder bytes = new LongAdder();
  /// Looks at the pending blocks.
  public final LongAdder looks = new LongAdder();
  /// … of which failed.
  public final LongAdder lookFailures = new LongAdder();
  /// Gauge: blocks that wait for their upload.
  public final AtomicInteger backlog = new AtomicInteger();
  /// Gauge: when the last block was known to be in the bucket, wall ms; 0: never.
  public final AtomicLong lastUpload = new AtomicLong();
  /// Gauge: 1 if the bucket keeps conditional puts, 0 if not, −1 while unknown.
  public final AtomicInteger conditionalPuts = new AtomicInteger(-1);
}
