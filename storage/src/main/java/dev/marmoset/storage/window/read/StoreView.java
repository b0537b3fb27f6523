package dev.marmoset.storage.window.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.block.Block;
import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.TimeRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Which blocks are served beside the head, and who still reads what has been replaced. Thread-safe.
///
/// A change is atomic for readers: a querier sees all of what was there before it, or all of what is there after it. So
/// a window that moves from memory to a block, or from several blocks to one, is never missing from an answer. What was
/// replaced is given up when all queriers opened before the change are closed.
public final class StoreView {
  /// Something that becomes free.
  @FunctionalInterface
  public interface Release {
    /// Gives up what no querier can see any more.
    void run();
  }

  /// A set of blocks and its readers.
  private static final class Version {
    private final List<Block> blocks;
    private int readers;
    private Release whenUnread = () -> {
    };

    Version(List<Block> blocks) {
      this.blocks = blocks;
    }
  }

  private final Head head;
  private volatile BiConsumer<Ulid, CorruptDataException> damaged = (_, _) -> {
  };
  private final Object lock = new Object();
  @GuardedBy("lock")
  private Version current = new Version(List.of());
  /// Replaced versions, oldest first. One is given up only after those before it: their readers need what it replaced.
  @GuardedBy("lock")
  private final Deque<Version> replaced = new ArrayDeque<>();

  /// A view of the head alone.
  public StoreView(Head head) {
    this.head = head;
  }

  /// Has somebody told about blocks that turn out damaged while they are read. Told on the reader's thread.
  public void onDamage(BiConsumer<Ulid, CorruptDataException> listener) {
    damaged = listener;
  }

  /// Opens a querier over an inclusive range. The caller must close it.
  public Querier querier(TimeRange range) {
    synchronized (lock) {
      Version version = current;
      var sources = new ArrayList<Querier>();
      for (Block block : version.blocks) {
        if (range.overlaps(block.meta().minTime(), block.meta().maxTime() - 1)) {
          block.querier(range).ifPresent(
              querier -> sources
                  .add(new WatchedQuerier(querier, damage -> damaged.accept(block.meta().ulid(), damage))));
        }
      }
      sources.add(head.querier(range));
      version.readers++;
      return new UnionQuerier(List.copyOf(sources), () -> close(version));
    }
  }

  private void close(Version version) {
    synchronized (lock) {
      version.readers--;
    }
  }

  /// Changes what is served.
  ///
  /// @param blocks     served from now on; those that are served no more are closed by `whenUnread` if at all
  /// @param atThat     done together with it, e.g. hiding a window of the head; short
  /// @param whenUnread done by [#releaseUnread] when nobody reads what was served before
  public void change(List<Block> blocks, Runnable atThat, Release whenUnread) {
    synchronized (lock) {
      atThat.run();
      current.whenUnread = whenUnread;
      replaced.add(current);
      current = new Version(List.copyOf(blocks));
    }
  }

  /// Gives up what nobody reads any more.
  public void releaseUnread() {
    for (Optional<Version> unread = pollUnread(); unread.isPresent(); unread = pollUnread()) {
      unread.get().whenUnread.run();
    }
  }

  private Optional<Version> pollUnread() {
    synchronized (lock) {
      Version oldest = replaced.peek();
      return oldest != null && oldest.readers == 0 ? Optional.ofNullable(replaced.poll()) : Optional.empty();
    }
  }

  /// The blocks served now.
  public List<Block> blocks() {
    synchronized (lock) {
      return current.blocks;
    }
  }

  /// Time of the oldest data served, ms; [Long#MAX_VALUE] without data.
  public long oldestTime() {
    long oldest = head.oldestTime();
    for (Block block : blocks()) {
      oldest = Math.min(oldest, block.meta().minTime());
    }
    return oldest;
  }
}
