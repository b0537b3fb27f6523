package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one process sees of a volume that several share: its operations stop for good when it dies, and files can be
/// unreadable for it alone.
public final class MortalFileSystem implements FileSystem {
  private final FileSystem volume;
  private volatile boolean dead;
  private volatile Predicate<Path> unreadable = _ -> false;
  /// Operations at work that are still carried out; negative: all.
  private int fuse = -1;
  private boolean executed;
  private @Nullable Thread atWork;

  /// A view of a volume.
  public MortalFileSystem(FileSystem volume) {
    this.volume = volume;
  }

  /// Has the process die at work, in an operation that changes the volume or reads a block.
  ///
  /// @param operations  how many of them come through before
  /// @param carriedOut  whether the one it dies in is
  public synchronized void dieIn(int operations, boolean carriedOut) {
    fuse = operations;
    executed = carriedOut;
  }

  /// Whether a death is coming.
  public synchronized boolean isDoomed() {
    return fuse >= 0 && !dead;
  }

  /// Whether the process has died.
  public boolean isDead() {
    return dead;
  }

  /// Does something during which the process may die.
  public void work(Runnable something) {
    synchronized (this) {
      atWork = Thread.currentThread();
    }
    try {
      something.run();
    } finally {
      synchronized (this) {
        atWork = null;
      }
    }
  }

  /// Files that cannot be opened.
  public void unreadable(Predicate<Path> paths) {
    unreadable = paths;
  }

  private enum Fate {
    DEAD, DIES_AFTERWARDS, LIVES
  }

  private interface Operation<T> {
    T run() throws IOException;
  }

  /// Of an operation that changes nothing.
  private <T> T look(Operation<T> operation) throws IOException {
    if (dead) {
      throw new IOException("the process is dead");
    }
    return operation.run();
  }

  private <T> T run(Operation<T> operation) throws IOException {
    return switch (fate()) {
      case DEAD -> throw new IOException("the process is dead");
      case DIES_AFTERWARDS -> {
        operation.run();
        throw new IOException("the process has died");
      }
      case LIVES -> operation.run();
    };
  }

  private synchronized Fate fate() {
    if (!dead && fuse >= 0 && Thread.currentThread() == atWork && fuse-- == 0) {
      dead = true;
      return executed ? Fate.DIES_AFTERWARDS : Fate.DEAD;
    }
    return dead ? Fate.DEAD : Fate.LIVES;
  }

  @Override
  public AppendFile create(Path file) throws IOException {
    return new Mortal(run(() -> volume.create(file)));
  }

  @Override
  public AppendFile append(Path file) throws IOException {
    return new Mortal(run(() -> volume.append(file)));
  }

  @Override
  public ReadFile open(Path file) throws IOException {
    if (unreadable.test(file)) {
      throw new IOException("Input/output error");
    }
    return file.toString().contains("/blocks/") ? run(() -> volume.open(file))
        : look(() -> volume.open(file));
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return look(() -> volume.list(directory));
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    run(() -> {
      volume.createDirectories(directory);
      return true;
    });
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    run(() -> {
      volume.link(existing, added);
      return true;
    });
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    run(() -> {
      volume.rename(from, to);
      return true;
    });
  }

  @Override
  public void delete(Path path) throws IOException {
    run(() -> {
      volume.delete(path);
      return true;
    });
  }

  @Override
  public void force(Path file) throws IOException {
    run(() -> {
      volume.force(file);
      return true;
    });
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    run(() -> {
      volume.forceDirectory(directory);
      return true;
    });
  }

  @Override
  public DiskSpace space(Path path) throws IOException {
    return volume.space(path);
  }

  /// A file that takes nothing from the dead.
  private final class Mortal implements AppendFile {
    private final AppendFile file;

    Mortal(AppendFile file) {
      this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return run(() -> file.write(bytes));
    }

    @Override
    public void force() throws IOException {
      run(() -> {
        file.force();
        return true;
      });
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
