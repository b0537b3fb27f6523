package dev.marmoset.storage.upload;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.Ulid;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Uploads what is pending, the oldest window first, for as long as it takes. One thread calls [#step] again and again.
///
/// It keeps nothing: what is pending stands in the registers, what is uploaded in the bucket. While the bucket is away
/// the backlog grows, nothing is deleted, and the next attempt after a while resumes by itself. A block whose files
/// cannot be read, or that is in conflict, does not hold up the others.
public final class UploadQueue {
  /// As often as Thanos' shipper looks.
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
  /// A conflict needs somebody to decide.
  private static final long CONFLICT_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long LEASE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Comparator<FinalBlock> OLDEST_FIRST =
      Comparator.comparingLong((FinalBlock block) -> block.start())
          .thenComparingInt(block -> block.k());
  private static final Logger LOG = LoggerFactory.getLogger(UploadQueue.class);

  private final PublishedWindows windows;
  private final BlockUploader uploader;
  private final Clock clock;
  private final RandomGenerator random;
  private final UploadStats stats;
  private final Backoff bucket;
  /// Blocks that wait on their own.
  private final Map<Ulid, Waiting> waiting = new HashMap<>();
  private long notBefore;

  private record Waiting(Backoff backoff, long until) {}

  /// @param random spreads the attempts of replicas
  public UploadQueue(PublishedWindows windows, BlockUploader uploader, Clock clock, RandomGenerator random,
      UploadStats stats) {
    this.windows = windows;
    this.uploader = uploader;
    this.clock = clock;
    this.random = random;
    this.stats = stats;
    this.bucket = new Backoff(random);
    this.notBefore = clock.nanos();
  }

  /// Attempts at most one block.
  ///
  /// @return ns until the next step can do something; 0: at once
  public long step() {
    List<FinalBlock> pending;
    try {
      stats.looks.increment();
      pending = windows.pending().stream().sorted(OLDEST_FIRST).toList();
    } catch (IOException e) {
      stats.lookFailures.increment();
      LOG.atWarn().addKeyValue("err", e).log("the registers were not read; uploads wait");
      return IDLE_NANOS;
    }
    stats.backlog.set(pending.size());
    waiting.keySet().retainAll(pending.stream().map(FinalBlock::ulid).toList());
    long now = clock.nanos();
    if (now - notBefore < 0) {
      return notBefore - now;
    }
    for (FinalBlock block : pending) {
      Waiting wait = waiting.get(block.ulid());
      if (wait == null || now - wait.until() >= 0) {
        return attempt(block);
      }
    }
    return IDLE_NANOS;
  }

  private long attempt(FinalBlock block) {
    UploadOutcome outcome = uploader.upload(block);
    return switch (outcome) {
      case UploadOutcome.Uploaded _ -> done(block, outcome, block.ulid());
      case UploadOutcome.AlreadyPublished(Ulid holder) -> {
        stats.alreadyPublished.increment();
        yield done(block, outcome, holder);
      }
      case UploadOutcome.Conflict conflict -> conflict(block, conflict);
      case UploadOutcome.Retry(var cause, String detail) -> retry(block, cause, detail);
    };
  }

  private long done(FinalBlock block, UploadOutcome outcome, Ulid holder) {
    bucket.worked();
    try {
      windows.uploaded(block, outcome);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("block", block.ulid()).addKeyValue("err", e)
          .log("a block is in the bucket, but that was not written down; it will be found there again");
      return hold(block, LEASE_NANOS);
    }
    waiting.remove(block.ulid());
    stats.uploads.increment();
    stats.lastUpload.set(clock.wallMillis());
    stats.backlog.decrementAndGet();
    LOG.atInfo().addKeyValue("block", block.ulid()).addKeyValue("window", block.start())
        .addKeyValue("k", block.k()).addKeyValue("as", holder).log("a window is in the bucket");
    return 0;
  }

  private long conflict(FinalBlock block, UploadOutcome.Conflict conflict) {
    bucket.worked();
    stats.conflicts.increment();
    LOG.atError().addKeyValue("block", block.ulid()).addKeyValue("window", block.start())
        .addKeyValue("object", conflict.object()).addKeyValue("err", conflict.detail())
        .log("a window is not uploaded; it stays on the volume");
    try {
      windows.conflict(block, conflict);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("block", block.ulid()).addKeyValue("err", e)
          .log("a conflict was not written down");
    }
    if (conflict.scope() == UploadOutcome.Scope.LABELS) {
      notBefore = clock.nanos() + CONFLICT_NANOS;
      return CONFLICT_NANOS;
    }
    return hold(block, CONFLICT_NANOS);
  }

  private long retry(FinalBlock block, UploadOutcome.Cause cause, String detail) {
    LOG.atWarn().addKeyValue("block", block.ulid()).addKeyValue("window", block.start())
        .addKeyValue("cause", cause).addKeyValue("err", detail).log("an upload will be tried again");
    return switch (cause) {
      case LEASE -> {
        stats.denied.increment();
        yield pause(LEASE_NANOS);
      }
      case BUCKET -> {
        stats.failures.increment();
        yield pause(bucket.failed());
      }
      case RACE -> pause(LEASE_NANOS + random.nextLong(LEASE_NANOS));
      case LOCAL_FILE -> {
        stats.failures.increment();
        Waiting before = waiting.get(block.ulid());
        Backoff backoff = before == null ? new Backoff(random) : before.backoff();
        waiting.put(block.ulid(), new Waiting(backoff, clock.nanos() + backoff.failed()));
        yield 0;
      }
    };
  }

  /// Nothing is tried for a while.
  private long pause(long nanos) {
    notBefore = clock.nanos() + nanos;
    return nanos;
  }

  /// One block is not tried for a while; others may be.
  private long hold(FinalBlock block, long nanos) {
    waiting.put(block.ulid(), new Waiting(new Backoff(random), clock.nanos() + nanos));
    return 0;
  }
}
