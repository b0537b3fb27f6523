package dev.marmoset.storage.tsdb;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.upload.BlockUploader;
import dev.marmoset.storage.upload.FinalBlock;
import dev.marmoset.storage.upload.PublishedWindows;
import dev.marmoset.storage.upload.UploadOutcome;
import dev.marmoset.storage.upload.UploadQueue;
import dev.marmoset.storage.upload.UploadStats;
import dev.marmoset.storage.window.WindowKeeper;
import dev.marmoset.storage.window.WindowKeeper.Unuploaded;
import dev.marmoset.storage.window.WindowLogs;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterFiles;
import dev.marmoset.storage.window.register.RegisterRecord.ListedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings committed blocks to the bucket, on a virtual thread: an interrupted request then gives its socket up.
public final class Uploads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);
  /// Files of a block that go up at once.
  private static final int FILES_AT_ONCE = 2;
  /// What another replica has committed is left to it for so long.
  private static final Duration FOREIGN_AFTER = Duration.ofMinutes(10);
  private static final long DEFECT_NANOS = 10_000_000_000L;
  private static final long LONGEST_WAIT_NANOS = 30_000_000_000L;
  private static final long STOP_MILLIS = 2_000;
  /// Duplicates of the windows that were published within the acceptance window and a week are looked for once a day.
  private static final Duration AUDIT_EVERY = Duration.ofDays(1);
  private static final Duration AUDIT_SPAN = Duration.ofDays(8);

  private final ObjectStore store;
  private final UploadStats stats = new UploadStats();
  private final Origin origin;
  private final Clock clock;
  private final BlockUploader uploader;
  private final UploadQueue queue;
  private final ExecutorService transfers = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread thread;
  private long lastAudit;
  private volatile boolean closing;

  /// What uploads are about.
  ///
  /// @param identity whose blocks they are
  record Origin(FileSystem files, Path data, BucketIdentity identity, Ulid incarnation, WindowKeeper keeper,
      WindowLogs logs) {}

  Uploads(Origin origin, ObjectStore store, boolean adoptLabels, Clock clock, RandomGenerator random) {
    this.store = store;
    this.origin = origin;
    this.clock = clock;
    this.lastAudit = clock.nanos();
    // Progress needs no word to others: they leave an upload to its author for a while and repeat it without harm.
    var rules = new BlockUploader.Rules(() -> !closing && origin.logs().isLive(), () -> {
    }, adoptLabels);
    var tools = new BlockUploader.Tools(origin.files(), store, clock, new UlidGenerator(clock, random));
    this.uploader =
        new BlockUploader(tools, rules, new BlockUploader.Parallelism(FILES_AT_ONCE, transfers), stats);
    this.queue = new UploadQueue(new Windows(origin, clock), uploader, clock, random, stats);
    this.thread = Thread.ofVirtual().name("upload").unstarted(this::run);
  }

  /// What is counted. Thread-safe.
  public UploadStats stats() {
    return stats;
  }

  /// Starts the thread.
  void start() {
    thread.start();
  }

  /// Has it looked at once whether something is to be done. Any thread.
  void wake() {
    LockSupport.unpark(thread);
  }

  /// Attempts at most one block, for tests; answers the ns until there is something to do again.
  long step() {
    if (clock.nanos() - lastAudit >= AUDIT_EVERY.toNanos()) {
      lastAudit = clock.nanos();
      audit();
    }
    return queue.step();
  }

  private void audit() {
    try {
      uploader.audit(origin.identity(), clock.wallMillis() - AUDIT_SPAN.toMillis());
    } catch (IOException e) {
      LOG.warn("looking for duplicates in {}: {}; tomorrow again", store.name(), e.toString());
    }
  }

  /// Stops: a request under way is left to its timeout, and repeated by whoever comes next.
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    transfers.shutdownNow();
    store.close();
  }

  private void run() {
    while (!closing) {
      long wait = DEFECT_NANOS;
      try {
        wait = Math.min(step(), LONGEST_WAIT_NANOS);
      } catch (RuntimeException | Error e) {
        // Top of the thread: a defect must not end all uploads.
        LOG.error("step of the upload", e);
      }
      LockSupport.parkNanos(this, wait);
    }
  }

  /// What the registers say, by way of the keeper, and what it has been told but not written yet.
  private record Windows(Origin origin, Clock clock, Map<Ulid, Long> told) implements PublishedWindows {
    Windows(Origin origin, Clock clock) {
      this(origin, clock, new ConcurrentHashMap<>());
    }

    @Override
    public List<FinalBlock> pending() {
      List<Unuploaded> known = origin.keeper().notUploaded();
      told.keySet().retainAll(Set.copyOf(known.stream().map(block -> block.publication().bucket()).toList()));
      return known.stream().filter(this::isOurs).map(this::finalBlock).toList();
    }

    private boolean isOurs(Unuploaded block) {
      var stamp = block.commit().stamp();
      return !told.containsKey(block.publication().bucket()) && (stamp.author().equals(origin.incarnation())
          || clock.wallMillis() - stamp.wallMillis() >= FOREIGN_AFTER.toMillis());
    }

    private FinalBlock finalBlock(Unuploaded block) {
      return new FinalBlock(origin.identity(), block.start(), block.commit().edition().k(),
          block.publication(),
          RegisterFiles.blocks(origin.data()).resolve(block.publication().directory().toString()),
          block.commit().stamp().wallMillis());
    }

    @Override
    public void uploaded(FinalBlock block, UploadOutcome outcome) {
      List<ListedFile> listing = outcome instanceof UploadOutcome.Uploaded(var files, _)
          ? files.entrySet().stream().map(file -> new ListedFile(file.getKey(), file.getValue()))
              .sorted(Comparator.comparing(ListedFile::path)).toList()
          : List.of();
      told.put(block.ulid(), block.start());
      origin.keeper().uploaded(block.start(), block.ulid(), listing);
    }

    @Override
    public void conflict(FinalBlock block, UploadOutcome.Conflict conflict) {
      if (conflict.scope() == UploadOutcome.Scope.WINDOW) {
        told.put(block.ulid(), block.start());
        origin.keeper().conflict(block.start(), conflict.foreign().orElse(block.ulid()), conflict.detail());
      }
    }
  }
}
