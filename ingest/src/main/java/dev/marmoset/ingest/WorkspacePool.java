package dev.marmoset.ingest;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.storage.Storage;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Keeps a few workspaces for reuse. Requests run on virtual threads that come and go, so nothing can be kept per
/// thread. Every workspace in use is paid for, which bounds their number. Thread-safe.
final class WorkspacePool {
  /// Price of a workspace: its columns, tables and buffers when fresh.
  private static final int BASE_BYTES = 128 << 10;

  private final Storage storage;
  private final WriteOptions options;
  private final ByteBudget budget;
  private final ArrayBlockingQueue<Workspace> idle;

  /// @param kept workspaces that are kept when idle
  WorkspacePool(Storage storage, WriteOptions options, int kept) {
    this.storage = storage;
    this.options = options;
    budget = new ByteBudget(options.limits().body().maxBytesInFlight());
    idle = new ArrayBlockingQueue<>(kept);
  }

  /// Takes a workspace, or null when requests in flight hold all the memory they may.
  @Nullable
  Workspace take() {
    if (!budget.tryTake(BASE_BYTES)) {
      return null;
    }
    Workspace workspace = idle.poll();
    return workspace == null ? new Workspace(storage, options, budget) : workspace;
  }

  /// Takes a workspace back. One that has grown too large is dropped whole, since all its parts know its buffers.
  void give(Workspace workspace) {
    boolean small = workspace.release();
    budget.give(BASE_BYTES);
    if (small) {
      // When there is no place, it is left to the garbage collector.
      boolean _ = idle.offer(workspace);
    }
  }

  /// Bytes that requests in flight may still take.
  long bytesLeft() {
    return budget.left();
  }
}
