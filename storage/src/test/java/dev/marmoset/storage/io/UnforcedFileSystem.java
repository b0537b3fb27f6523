package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Real files that are never forced, for simulations of many days, with a count of what a volume would be billed for.
public final class UnforcedFileSystem implements FileSystem {
  private static final DiskSpace SPACE = new DiskSpace(1L << 40, 1L << 41);
  private final FileSystem real = new LocalFileSystem();
  /// Bytes appended to files.
  public final AtomicLong written = new AtomicLong();
  /// Files with this in their path cannot be created, as on a full disk; empty: all can.
  public volatile String full = "";
  /// Operations of all kinds.
  public final AtomicLong operations = new AtomicLong();

  @Override
  public AppendFile create(Path file) throws IOException {
    operations.incrementAndGet();
    if (!full.isEmpty() && file.toString().contains(full)) {
      throw new FileSystemException(file.toString(), null, "No space left on device");
    }
    return new Unforced(real.create(file));
  }

  @Override
  public AppendFile append(Path file) throws IOException {
    operations.incrementAndGet();
    return new Unforced(real.append(file));
  }

  @Override
  public ReadFile open(Path file) throws IOException {
    operations.incrementAndGet();
    return real.open(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    operations.incrementAndGet();
    return real.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    operations.incrementAndGet();
    real.createDirectories(directory);
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    operations.incrementAndGet();
    real.link(existing, added);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    operations.incrementAndGet();
    real.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    operations.incrementAndGet();
    real.delete(path);
  }

  @Override
  public void force(Path file) {
    operations.incrementAndGet();
  }

  @Override
  public void forceDirectory(Path directory) {
    operations.incrementAndGet();
  }

  @Override
  public DiskSpace space(Path path) {
    // To ask the real one takes longer than all a log does with a sample.
    return SPACE;
  }

  /// A file whose bytes stay in the page cache.
  private final class Unforced implements AppendFile {
    private final AppendFile file;

    Unforced(AppendFile file) {
      this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int n = file.write(bytes);
      operations.incrementAndGet();
      written.addAndGet(n);
      return n;
    }

    @Override
    public void force() {
      operations.incrementAndGet();
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
