package dev.marmoset.storage.upload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.objstore.PutOutcome;
import dev.marmoset.storage.objstore.RequestDeniedException;
import dev.marmoset.storage.upload.UploadOutcome.Cause;
import dev.marmoset.storage.upload.UploadOutcome.Conflict;
import dev.marmoset.storage.upload.UploadOutcome.Retry;
import dev.marmoset.storage.upload.UploadOutcome.Scope;
import dev.marmoset.storage.upload.UploadOutcome.Uploaded;
import dev.marmoset.storage.upload.bucket.BucketBlock;
import dev.marmoset.storage.upload.bucket.BucketBlocks;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import dev.marmoset.storage.upload.bucket.BucketRecord;
import dev.marmoset.storage.upload.bucket.Duplicates;
import dev.marmoset.storage.upload.bucket.Duplicates.Findings;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a final block to the bucket. Any process may do it, again, at the same time as others and after any of them
/// died anywhere: bytes and keys are decided before, and nobody sees the block before its meta.json, which comes last.
///
/// 1. `marmoset/owners/<h>.json`: this volume publishes under these labels.
/// 2. `marmoset/windows/<h>/<start>-<k>.json`: this block is what the window is published as.
/// 3. `<ULID>/meta.json`: there and equal → 6. Absent: is a block there that contains the source → done, nothing is put.
///    A block of somebody else in the same range → conflict, because the compactor would halt.
/// 4. Chunks and index, hashed while they are read. 5. meta.json. 6. Everything is listed with its size, else 4.
/// 7. Done. 8. Duplicates of the window are settled.
///
/// One thread; a request starts only while the lease is valid.
public final class BlockUploader {
  /// Passes through 3 to 6: one puts, one verifies, one is for what somebody deletes at the same time.
  private static final int PASSES = 3;
  /// Tries to write a record that somebody else writes at the same time.
  private static final int RECORD_TRIES = 3;
  private static final int MOST_RECORD_BYTES = 64 * 1024;
  private static final int MOST_META_BYTES = 16 << 20;
  /// Names of blocks come from clocks of other machines.
  private static final long CLOCK_SLACK_MILLIS = TimeUnit.HOURS.toMillis(1);
  private static final Logger LOG = LoggerFactory.getLogger(BlockUploader.class);

  private final ObjectStore store;
  private final UlidGenerator ulids;
  private final UploadStats stats;
  private final boolean adoptLabels;
  private final BlockFilesTransfer transfer;
  private final BucketBlocks blocks;
  private final Duplicates duplicates;
  private @Nullable ConditionalPuts conditional;

  /// How many files go up at once.
  ///
  /// @param filesAtOnce at least 1; the first one is on the caller's thread
  /// @param executor    for the others; virtual threads
  public record Parallelism(int filesAtOnce, Executor executor) {
    /// One after the other, on the caller's thread.
    public static final Parallelism NONE = new Parallelism(1, Runnable::run);
  }

  /// What decides whether and how a block goes up.
  ///
  /// @param leaseValid  whether a request may start now
  /// @param progress    called about every 60 s while an upload goes on, from any of its threads
  /// @param adoptLabels take labels over that another volume published under
  public record Rules(BooleanSupplier leaseValid, Runnable progress, boolean adoptLabels) {}

  /// What it works with.
  ///
  /// @param files  the volume with the blocks
  /// @param store  the bucket
  /// @param clock  for marks and for telling progress
  /// @param ulids  for names of tries
  public record Tools(FileSystem files, ObjectStore store, Clock clock, UlidGenerator ulids) {}

  /// An uploader to one bucket. Sends no request.
  public BlockUploader(Tools tools, Rules rules, Parallelism parallelism, UploadStats stats) {
    this.ulids = tools.ulids();
    this.stats = stats;
    this.adoptLabels = rules.adoptLabels();
    var gate = new UploadGate(tools.clock(), rules.leaseValid(), rules.progress());
    this.store = new GatedObjectStore(tools.store(), gate);
    this.transfer = new BlockFilesTransfer(tools.files(), store, gate, stats, parallelism);
    this.blocks = new BucketBlocks(store);
    this.duplicates = new Duplicates(store, blocks, tools.clock());
  }

  /// Takes a block to the bucket, or finds out why not.
  public UploadOutcome upload(FinalBlock block) {
    try {
      Condition condition = condition();
      var conflict = claimLabels(block, condition);
      if (conflict.isEmpty()) {
        conflict = claimWindow(block, condition);
      }
      return conflict.isPresent() ? conflict.get() : publish(block, condition);
    } catch (RequestDeniedException e) {
      return new Retry(Cause.LEASE, String.valueOf(e.getMessage()));
    } catch (ObjectStoreException e) {
      return new Retry(e.getCause() instanceof RequestDeniedException ? Cause.LEASE : Cause.BUCKET,
          String.valueOf(e.getMessage()));
    } catch (RaceException e) {
      return new Retry(Cause.RACE, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Retry(Cause.LOCAL_FILE, e.toString());
    }
  }

  /// Settles duplicates of all our windows in the bucket. For a daily look.
  ///
  /// @param identity whose
  /// @param since    looks at blocks with names at most as old, ms
  public Findings audit(BucketIdentity identity, long since) throws IOException {
    var ours = new OwnSources(identity);
    return counted(duplicates.settle(identity.labels(), since, ours, ours));
  }

  /// Somebody else works on the same object at this moment.
  private static final class RaceException extends IOException {
    private static final long serialVersionUID = 1;

    RaceException(String message) {
      super(message);
    }
  }

  private Condition condition() throws IOException {
    if (conditional == null) {
      conditional = ConditionalPuts.probe(store, ulids.next());
      stats.conditionalPuts.set(conditional == ConditionalPuts.KEPT ? 1 : 0);
      if (conditional != ConditionalPuts.KEPT) {
        LOG.atWarn().addKeyValue("bucket", store.name()).addKeyValue("conditional_puts", conditional)
            .log(
                "the bucket does not keep If-None-Match; only the registers on the volume prevent that a window is"
                    + " published twice, a second volume with the same labels is noticed late");
      }
    }
    return conditional.condition();
  }

  private Optional<Conflict> claimLabels(FinalBlock block, Condition condition) throws IOException {
    String key = BucketKeys.owner(block.identity());
    var own = new BucketRecord.Owner(block.identity().volume());
    byte[] record = BucketRecord.encode(own, block.identity().labels());
    Optional<byte[]> found = written(key, record, condition);
    if (found.isEmpty() || BucketRecord.owner(found.get()).filter(own::equals).isPresent()) {
      return Optional.empty();
    }
    Optional<Ulid> foreign = BucketRecord.owner(found.get()).map(BucketRecord.Owner::volume);
    String other = foreign.map(volume -> "volume " + volume).orElse("somebody else");
    if (adoptLabels) {
      LOG.atWarn().addKeyValue("key", key).addKeyValue("was", other).addKeyValue("is", own.volume())
          .log("the labels are adopted");
      var _ = store.put(key, record, Condition.NONE);
      return Optional.empty();
    }
    return Optional.of(new Conflict(Scope.LABELS, key, foreign, other + " publishes under the labels "
        + block.identity().labels() + ", this is volume " + own.volume()
        + ": give this one other labels, or start it with --upload.adopt-labels if the other is gone"));
  }

  private Optional<Conflict> claimWindow(FinalBlock block, Condition condition) throws IOException {
    String key = BucketKeys.window(block.identity(), block.start(), block.k());
    var own = new BucketRecord.Window(block.ulid(), block.source(), block.identity().volume());
    Optional<byte[]> found = written(key, BucketRecord.encode(own), condition);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    var other = BucketRecord.window(found.get());
    if (other.isPresent() && other.get().block().equals(own.block())) {
      return Optional.empty();
    }
    return Optional.of(new Conflict(Scope.WINDOW, key, other.map(BucketRecord.Window::block),
        "the window is published as " + other.map(record -> "block " + record.block() + " of volume "
            + record.volume()).orElse("something that cannot be read") + ", this is block " + own.block()));
  }

  /// Writes a record unless there is one.
  ///
  /// @return what is there instead; empty when it was written
  private Optional<byte[]> written(String key, byte[] record, Condition condition) throws IOException {
    for (int i = 0; i < RECORD_TRIES; i++) {
      Optional<byte[]> found = store.get(key, MOST_RECORD_BYTES);
      if (found.isPresent()) {
        return found;
      }
      if (store.put(key, record, condition) == PutOutcome.STORED) {
        return Optional.empty();
      }
    }
    throw new RaceException("\"" + key + "\" is neither there nor can it be put");
  }

  /// Steps 3 to 8.
  private UploadOutcome publish(FinalBlock block, Condition condition) throws IOException {
    byte[] meta = block.publication().meta().getBytes(UTF_8);
    for (int pass = 0; pass < PASSES; pass++) {
      Optional<byte[]> found = store.get(BucketKeys.meta(block.ulid()), MOST_META_BYTES);
      if (found.isEmpty()) {
        Optional<UploadOutcome> instead = pass == 0 ? insteadOf(block, meta) : Optional.empty();
        if (instead.isPresent()) {
          return instead.get();
        }
      } else if (!Arrays.equals(found.get(), meta)) {
        return new Conflict(Scope.WINDOW, BucketKeys.meta(block.ulid()), Optional.of(block.ulid()),
            "the bucket holds another meta.json for block " + block.ulid() + " than was committed");
      }
      Map<String, Long> there = blocks.files(block.ulid());
      List<BlockFile> missing = missing(block, there);
      if (found.isPresent() && missing.isEmpty()) {
        return new Uploaded(there, settle(block));
      }
      transfer.put(block, missing);
      if (found.isEmpty()) {
        var _ = store.put(BucketKeys.meta(block.ulid()), meta, condition);
      }
    }
    throw new RaceException("block " + block.ulid() + " is not complete after " + PASSES
        + " passes: somebody deletes from it");
  }

  private static List<BlockFile> missing(FinalBlock block, Map<String, Long> there) {
    return block.files().stream().filter(file -> {
      Long bytes = there.get(file.path());
      return bytes == null || bytes != file.bytes();
    }).toList();
  }

  /// Why a block that is not there is not to be put.
  private Optional<UploadOutcome> insteadOf(FinalBlock block, byte[] meta) throws IOException {
    var holder = duplicates.holder(block.identity().labels(), block.source(), since(block));
    if (holder.isPresent()) {
      return Optional.of(new UploadOutcome.AlreadyPublished(holder.get().ulid()));
    }
    var planned = new BucketBlock(block.ulid(), BucketBlocks.decode(block.ulid(), meta));
    return duplicates.obstacle(planned, since(block), new OwnSources(block.identity()))
        .map(other -> new Conflict(Scope.WINDOW, BucketKeys.meta(other.ulid()), Optional.of(other.ulid()),
            "block " + other.ulid() + " of somebody else overlaps block " + block.ulid()
                + " under the same labels; the compactor would halt on both"));
  }

  /// No block that holds something of a window is older than the window's end; a compacted one is as young as the COMMIT.
  private static long since(FinalBlock block) {
    return Math.min(block.committed(), block.end()) - CLOCK_SLACK_MILLIS;
  }

  /// The block is up; what goes wrong here is for the audit.
  private Findings settle(FinalBlock block) {
    try {
      return counted(duplicates.settle(block.identity().labels(), since(block), block.source()::equals,
          new OwnSources(block.identity())));
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("block", block.ulid()).addKeyValue("err", e.getMessage())
          .log("duplicates of a block were not looked for");
      return Findings.NONE;
    }
  }

  private Findings counted(Findings findings) {
    stats.retired.add(findings.retired().size());
    stats.conflicts.add(findings.overlaps().size());
    findings.retired().forEach(one -> LOG.atWarn().addKeyValue("block", one.ulid())
        .addKeyValue("duplicate_of", one.keeper()).log("a duplicate is marked for deletion"));
    findings.overlaps().forEach(one -> LOG.atError().addKeyValue("block", one.own())
        .addKeyValue("foreign", one.foreign())
        .log(
            "two blocks of the same labels overlap and hold different samples; the compactor halts on them"));
    return findings;
  }
}
