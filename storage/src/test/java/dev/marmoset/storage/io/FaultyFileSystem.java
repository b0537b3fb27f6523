package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A volume in memory that forgets what was not forced when power is lost, and fails where it is told to.
///
/// Every operation, reads and closes included, has a number from 0 on; [#failAt] picks one. [#crash] decides by a
/// random source what of the unforced bytes and names survives: nothing, everything, any subset of 64-byte pages with
/// zeros in between, torn at any byte; names independently of bytes, a rename as a whole.
public final class FaultyFileSystem implements FileSystem {
  private static final int PAGE = 64;

  private sealed interface Node {}

  private static final class Directory implements Node {
    private final Map<String, Node> live = new TreeMap<>();
    private final Map<String, Node> durable = new TreeMap<>();
  }

  private static final class Inode implements Node {
    private byte[] live = new byte[0];
    private byte[] durable = new byte[0];
    /// Offset from which bytes of `live` are lost although a force said OK later.
    private int lostFrom = Integer.MAX_VALUE;
  }

  private record Change(int group, Directory directory, String name, @Nullable Node after) {}

  private final Directory root = new Directory();
  private final List<Change> pending = new ArrayList<>();
  private final Map<Integer, Fault> faults = new HashMap<>();
  private final List<String> operations = new ArrayList<>();
  private IntConsumer before = _ -> {
  };
  private DiskSpace space = new DiskSpace(1L << 40, 1L << 40);
  private int group;
  private boolean dead;

  /// Lets the operation with this number fail.
  public FaultyFileSystem failAt(int operation, Fault fault) {
    faults.put(operation, fault);
    return this;
  }

  /// Calls `hook` with the number of each operation before it happens, for stalls.
  public void beforeEach(IntConsumer hook) {
    before = hook;
  }

  /// Sets what [#space] answers.
  public void space(DiskSpace newSpace) {
    space = newSpace;
  }

  /// The operations so far, as `name path`.
  public List<String> operations() {
    return operations;
  }

  /// Loses power and comes back with what survived.
  public void crash(RandomGenerator random) {
    dead = false;
    faults.clear();
    before = _ -> {
    };
    var kept = new HashMap<Integer, Boolean>();
    int mode = random.nextInt(3);
    for (Change change : pending) {
      boolean keep =
          kept.computeIfAbsent(change.group(), _ -> mode == 0 || mode == 1 && random.nextBoolean());
      if (keep) {
        applyTo(change.directory().durable, change);
      }
    }
    pending.clear();
    revive(root, random);
  }

  private void revive(Directory directory, RandomGenerator random) {
    directory.live.clear();
    directory.live.putAll(directory.durable);
    for (Node node : directory.live.values()) {
      switch (node) {
        case Directory child -> revive(child, random);
        case Inode file -> revive(file, random);
      }
    }
  }

  private static void revive(Inode file, RandomGenerator random) {
    int forced = file.durable.length;
    int end = Math.min(file.live.length, file.lostFrom);
    int keep = switch (random.nextInt(4)) {
      case 0 -> forced;
      case 1 -> end;
      default -> forced + random.nextInt(Math.max(1, end - forced + 1));
    };
    byte[] survived = Arrays.copyOf(file.durable, Math.max(forced, keep));
    boolean holes = random.nextBoolean();
    for (int at = forced; at < survived.length; at += PAGE) {
      if (!holes || random.nextInt(3) > 0) {
        System.arraycopy(file.live, at, survived, at, Math.min(PAGE, survived.length - at));
      }
    }
    file.durable = survived;
    file.live = survived.clone();
    file.lostFrom = Integer.MAX_VALUE;
  }

  private static void applyTo(Map<String, Node> names, Change change) {
    if (change.after() == null) {
      names.remove(change.name());
    } else {
      names.put(change.name(), change.after());
    }
  }

  private @Nullable Fault begin(String operation, Path path) throws IOException {
    if (dead) {
      throw new PowerLoss();
    }
    int number = operations.size();
    operations.add(operation + " " + path);
    before.accept(number);
    Fault fault = faults.remove(number);
    if (fault == null) {
      return null;
    }
    switch (fault) {
      case ERROR_BEFORE -> throw new IOException("Input/output error");
      case STALE -> throw new IOException("Stale file handle");
      case CRASH_BEFORE -> throw die();
      case NO_SPACE -> {
        if (!operation.equals("write")) {
          throw new IOException("No space left on device");
        }
      }
      case LOSES_UNFORCED -> {
        if (!operation.equals("force")) {
          throw new IOException("Input/output error");
        }
      }
      case ERROR_AFTER, SHORT, CRASH_WITHIN, CRASH_AFTER -> {
        // After the operation.
      }
    }
    return fault;
  }

  private void end(@Nullable Fault fault) throws IOException {
    if (fault == Fault.ERROR_AFTER) {
      throw new IOException("Input/output error");
    }
    if (fault == Fault.CRASH_WITHIN || fault == Fault.CRASH_AFTER) {
      throw die();
    }
  }

  private PowerLoss die() {
    dead = true;
    return new PowerLoss();
  }

  private Directory directory(Path path) throws IOException {
    Directory at = root;
    for (Path name : path) {
      Node next = at.live.get(name.toString());
      if (next == null) {
        throw new NoSuchFileException(path.toString());
      }
      if (!(next instanceof Directory child)) {
        throw new NotDirectoryException(path.toString());
      }
      at = child;
    }
    return at;
  }

  private Directory parent(Path path) throws IOException {
    Path parent = path.getParent();
    return parent == null ? root : directory(parent);
  }

  private Node node(Path path) throws IOException {
    Node node = parent(path).live.get(name(path));
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    return node;
  }

  private Inode file(Path path) throws IOException {
    if (node(path) instanceof Inode file) {
      return file;
    }
    throw new IOException(path + " is a directory");
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private void change(Directory directory, String name, @Nullable Node after) {
    var change = new Change(group, directory, name, after);
    applyTo(directory.live, change);
    pending.add(change);
  }

  @Override
  public AppendFile create(Path path) throws IOException {
    Fault fault = begin("create", path);
    if (parent(path).live.containsKey(name(path))) {
      throw new FileAlreadyExistsException(path.toString());
    }
    var file = new Inode();
    group++;
    change(parent(path), name(path), file);
    end(fault);
    return new Appender(path, file);
  }

  @Override
  public AppendFile append(Path path) throws IOException {
    Fault fault = begin("append", path);
    Inode file = file(path);
    end(fault);
    return new Appender(path, file);
  }

  @Override
  public ReadFile open(Path path) throws IOException {
    Fault fault = begin("open", path);
    Inode file = file(path);
    end(fault);
    return new Reader(path, file);
  }

  @Override
  public List<String> list(Path path) throws IOException {
    Fault fault = begin("list", path);
    List<String> names = List.copyOf(directory(path).live.keySet());
    end(fault);
    return names;
  }

  @Override
  public void createDirectories(Path path) throws IOException {
    Fault fault = begin("createDirectories", path);
    Directory at = root;
    for (Path name : path) {
      if (!at.live.containsKey(name.toString())) {
        group++;
        change(at, name.toString(), new Directory());
      }
      if (!(at.live.get(name.toString()) instanceof Directory child)) {
        throw new FileAlreadyExistsException(path.toString());
      }
      at = child;
    }
    end(fault);
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    Fault fault = begin("link", added);
    Inode file = file(existing);
    if (parent(added).live.containsKey(name(added))) {
      throw new FileAlreadyExistsException(added.toString());
    }
    group++;
    change(parent(added), name(added), file);
    end(fault);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Fault fault = begin("rename", from);
    Node moved = node(from);
    group++;
    change(parent(from), name(from), null);
    change(parent(to), name(to), moved);
    end(fault);
  }

  @Override
  public void delete(Path path) throws IOException {
    Fault fault = begin("delete", path);
    if (node(path) instanceof Directory directory && !directory.live.isEmpty()) {
      throw new IOException(path + " is not empty");
    }
    group++;
    change(parent(path), name(path), null);
    end(fault);
  }

  @Override
  public void force(Path path) throws IOException {
    new Appender(path, file(path)).force();
  }

  @Override
  public void forceDirectory(Path path) throws IOException {
    Fault fault = begin("forceDirectory", path);
    Directory directory = directory(path);
    var groups =
        pending.stream().filter(change -> change.directory() == directory).map(Change::group).toList();
    for (Change change : List.copyOf(pending)) {
      if (groups.contains(change.group())) {
        applyTo(change.directory().durable, change);
        pending.remove(change);
      }
    }
    end(fault);
  }

  @Override
  public DiskSpace space(Path path) throws IOException {
    Fault fault = begin("space", path);
    DiskSpace answer = space;
    end(fault);
    return answer;
  }

  private final class Appender implements AppendFile {
    private final Path path;
    private final Inode file;

    private Appender(Path path, Inode file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      Fault fault = begin("write", path);
      boolean half = fault == Fault.SHORT || fault == Fault.NO_SPACE || fault == Fault.CRASH_WITHIN;
      int n = half && source.remaining() > 1 ? source.remaining() / 2 : source.remaining();
      int at = file.live.length;
      file.live = Arrays.copyOf(file.live, at + n);
      source.get(file.live, at, n);
      if (fault == Fault.NO_SPACE) {
        throw new IOException("No space left on device");
      }
      end(fault);
      return n;
    }

    @Override
    public void force() throws IOException {
      Fault fault = begin("force", path);
      if (fault == Fault.LOSES_UNFORCED) {
        file.lostFrom = Math.min(file.lostFrom, file.durable.length);
        throw new IOException("Input/output error");
      }
      if (fault != Fault.CRASH_WITHIN && file.lostFrom == Integer.MAX_VALUE) {
        file.durable = file.live.clone();
      }
      end(fault);
    }

    @Override
    public long size() {
      return file.live.length;
    }

    @Override
    public void close() throws IOException {
      end(begin("close", path));
    }
  }

  private final class Reader implements ReadFile {
    private final Path path;
    private final Inode file;

    private Reader(Path path, Inode file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public int read(long offset, byte[] target, int targetOffset, int length) throws IOException {
      Fault fault = begin("read", path);
      int n = (int) Math.min(length, file.live.length - offset);
      if (n <= 0) {
        return -1;
      }
      n = fault == Fault.SHORT && n > 1 ? n / 2 : n;
      System.arraycopy(file.live, (int) offset, target, targetOffset, n);
      end(fault);
      return n;
    }

    @Override
    public long size() throws IOException {
      end(begin("size", path));
      return file.live.length;
    }

    @Override
    public void close() throws IOException {
      end(begin("closeRead", path));
    }
  }
}
