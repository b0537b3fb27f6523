package dev.marmoset.storage.upload;

import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStore.RequestGate;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Puts files of a block, a few at a time. Each goes up in one stream, so memory depends on how many, not on how large.
/// Thread-safe.
final class BlockFilesTransfer {
  private final FileSystem files;
  private final ObjectStore store;
  private final UploadGate gate;
  private final UploadStats stats;
  private final Executor executor;
  private final int atOnce;

  BlockFilesTransfer(FileSystem files, ObjectStore store, UploadGate gate, UploadStats stats,
      BlockUploader.Parallelism parallelism) {
    this.files = files;
    this.store = store;
    this.gate = gate;
    this.stats = stats;
    this.executor = parallelism.executor();
    this.atOnce = parallelism.filesAtOnce();
  }

  /// Puts these files; those that are there are replaced by the same bytes. Returns when none is on its way any more.
  ///
  /// @throws IOException the first error; the other files that had begun were put or not
  void put(FinalBlock block, List<BlockFile> missing) throws IOException {
    var left = new ConcurrentLinkedQueue<>(missing);
    var failure = new AtomicReference<@Nullable IOException>();
    Runnable worker = () -> {
      for (var file = left.poll(); file != null && failure.get() == null; file = left.poll()) {
        try {
          put(block, file);
        } catch (IOException e) {
          failure.compareAndSet(null, e);
        }
      }
    };
    var others = IntStream.range(1, Math.min(atOnce, missing.size()))
        .mapToObj(_ -> CompletableFuture.runAsync(worker, executor)).toArray(CompletableFuture[]::new);
    worker.run();
    CompletableFuture.allOf(others).join();
    IOException first = failure.get();
    if (first != null) {
      throw first;
    }
  }

  private void put(FinalBlock block, BlockFile file) throws IOException {
    Path path = block.directory().resolve(file.path());
    try (ReadFile open = files.open(path)) {
      var _ = store.put(BucketKeys.file(block.ulid(), file.path()),
          new HashedFile(path, open, file, gate::progress), Condition.NONE, RequestGate.OPEN);
      stats.bytes.add(file.bytes());
    }
  }
}
