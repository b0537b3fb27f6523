package dev.marmoset.storage.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What one process sees of a volume that several share: its operations stop for good when it dies, and files can be
/// unreadable for it alone.
public final class MortalFileSystem implements FileSystem {
  private final FileSystem volume;
  private volatile boolean dead;
  private volatile Predicate<Path> unreadable = _ -> false;
  /// Operations at work that are still carried out; negative: all.
  private int fuse = -1;
  private String fatal = "";
  private boolean executed;
  private String diedIn = "";
  private Runnable watcher = () -> {
  };
  private volatile @Nullable Thread atWork;

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

  /// The same in the first operation of a kind.
  ///
  /// @param kind as [#diedIn] tells it
  public synchronized void dieIn(String kind, boolean carriedOut) {
    fatal = kind;
    executed = carriedOut;
  }

  /// Whether the process has died.
  public boolean isDead() {
    return dead;
  }

  /// What it died in, e.g. `link commit register`.
  public synchronized String diedIn() {
    return diedIn;
  }

  /// Has something done before each operation at work.
  public void beforeEach(Runnable action) {
    watcher = action;
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

  private static String place(Path path) {
    String text = path.toString();
    if (text.contains("/windows/")) {
      return "register";
    }
    return text.contains("/blocks/") ? "block" : "other";
  }

  /// What kind of record a file is that is about to get its name.
  private static String type(Path file) throws IOException {
    Matcher type = Pattern.compile("\"type\": \"([a-z]+)\"").matcher(Files.readString(file, ISO_8859_1));
    return type.find() ? type.group(1) : "file";
  }

  private void watch() {
    Runnable watching = watcher;
    if (Thread.currentThread() == atWork) {
      watcher = () -> {
      };
      watching.run();
      watcher = watching;
    }
  }

  /// Of an operation that changes nothing.
  private <T> T look(Operation<T> operation) throws IOException {
    watch();
    if (dead) {
      throw new IOException("the process is dead");
    }
    return operation.run();
  }

  private <T> T run(String what, Path path, Operation<T> operation) throws IOException {
    watch();
    return switch (fate(what, path)) {
      case DEAD -> throw new IOException("the process is dead");
      case DIES_AFTERWARDS -> {
        operation.run();
        throw new IOException("the process has died");
      }
      case LIVES -> operation.run();
    };
  }

  private synchronized Fate fate(String what, Path path) {
    String kind = what + " " + place(path);
    boolean working = !dead && Thread.currentThread() == atWork;
    if (working && (kind.equals(fatal) || fuse >= 0 && fuse-- == 0)) {
      dead = true;
      diedIn = kind;
      return executed ? Fate.DIES_AFTERWARDS : Fate.DEAD;
    }
    return dead ? Fate.DEAD : Fate.LIVES;
  }

  @Override
  public AppendFile create(Path file) throws IOException {
    return new Mortal(file, run("create", file, () -> volume.create(file)));
  }

  @Override
  public AppendFile append(Path file) throws IOException {
    return new Mortal(file, run("append", file, () -> volume.append(file)));
  }

  @Override
  public ReadFile open(Path file) throws IOException {
    if (unreadable.test(file)) {
      throw new IOException("Input/output error");
    }
    return file.toString().contains("/blocks/") ? run("open", file, () -> volume.open(file))
        : look(() -> volume.open(file));
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return look(() -> volume.list(directory));
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    run("create", directory, () -> {
      volume.createDirectories(directory);
      return true;
    });
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    run("link " + type(existing), added, () -> {
      volume.link(existing, added);
      return true;
    });
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    run("rename", to, () -> {
      volume.rename(from, to);
      return true;
    });
  }

  @Override
  public void delete(Path path) throws IOException {
    run("delete", path, () -> {
      volume.delete(path);
      return true;
    });
  }

  @Override
  public void force(Path file) throws IOException {
    run("force", file, () -> {
      volume.force(file);
      return true;
    });
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    run("force", directory, () -> {
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
    private final Path path;
    private final AppendFile file;

    Mortal(Path path, AppendFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      return run("write", path, () -> file.write(bytes));
    }

    @Override
    public void force() throws IOException {
      run("force", path, () -> {
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
