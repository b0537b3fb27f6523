package dev.marmoset.ingest;

import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.storage.Storage;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Keeps a few workspaces for reuse. Requests run on virtual threads that come and go, so nothing can be kept per
/// thread. Every workspace in use is paid for, which bounds their number. Thread-safe.
final class WorkspacePool {
  /// Price of a workspace: its columns and tables, and the buffers of its body, when fresh.
  private static final int BASE_BYTES = 128 << 10;

  /// Some wait for the store's lock while others decode.
  private static final int FEWEST_TURNS = 8;
  private static final long PATIENCE_MS = 5_000;

  private final Storage storage;
  private final WriteOptions options;
  private final ByteBudget budget;
  private final Semaphore turns;
  private final ArrayBlockingQueue<Workspace> idle;
  private final ArrayBlockingQueue<RequestBody> idleBodies;

  /// @param kept workspaces that are kept when idle
  WorkspacePool(Storage storage, WriteOptions options, int kept) {
    this.storage = storage;
    this.options = options;
    budget = new ByteBudget(options.limits().body().maxBytesInFlight());
    idle = new ArrayBlockingQueue<>(kept);
    turns = new Semaphore(Math.max(FEWEST_TURNS, kept), true);
    idleBodies = new ArrayBlockingQueue<>(kept);
  }

  /// Takes the buffers for a body. They cost next to nothing before something has come, so that those who have not sent
  /// theirs take nobody's workspace away.
  RequestBody takeBody() {
    RequestBody body = idleBodies.poll();
    return body == null ? new RequestBody(options.limits().body(), budget) : body;
  }

  /// Takes buffers back. Those that have grown too large are dropped.
  void give(RequestBody body) {
    if (body.release()) {
      boolean _ = idleBodies.offer(body);
    }
  }

  /// Takes a workspace when it is the caller's turn. Its work waits for nobody but the store's lock, so a turn comes
  /// soon, and a thousand requests at once need no more workspaces than keep the cores busy.
  ///
  /// @return null when requests in flight hold all the memory they may, or no turn has come
  @Nullable
  Workspace take() {
    if (!awaitTurn()) {
      return null;
    }
    if (!budget.tryTake(BASE_BYTES)) {
      turns.release();
      return null;
    }
    Workspace workspace = idle.poll();
    return workspace == null ? new Workspace(storage, options, budget) : workspace;
  }

  /// Takes a workspace back. One that has grown too large is dropped whole, since all its parts know its buffers.
  void give(Workspace workspace) {
    boolean small = workspace.release();
    budget.give(BASE_BYTES);
    turns.release();
    if (small) {
      // When there is no place, it is left to the garbage collector.
      boolean _ = idle.offer(workspace);
    }
  }

  private boolean awaitTurn() {
    try {
      return turns.tryAcquire(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Bytes that requests in flight may still take.
  long bytesLeft() {
    return budget.left();
  }
}
