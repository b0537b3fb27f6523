package dev.marmoset.storage.block;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.DiskSpace;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Passes everything on and notes in which order names and bytes become durable, as paths below a root; on demand fails
/// from one operation on, as a volume does that has gone away.
final class RecordingFileSystem implements FileSystem {
  private final FileSystem files;
  private final Path root;
  private final List<String> operations = new ArrayList<>();
  private int left = Integer.MAX_VALUE;

  RecordingFileSystem(FileSystem files, Path root) {
    this.files = files;
    this.root = root;
  }

  List<String> operations() {
    return operations;
  }

  /// Fails the operation after this many noted ones, and all later ones.
  RecordingFileSystem failingAfter(int count) {
    left = count;
    return this;
  }

  private void note(String operation) throws IOException {
    if (left-- <= 0) {
      throw new IOException("the volume is gone: " + operation);
    }
    operations.add(operation);
  }

  private String name(Path path) {
    return root.relativize(path).toString();
  }

  @Override
  public AppendFile create(Path file) throws IOException {
    note("create " + name(file));
    AppendFile created = files.create(file);
    return new AppendFile() {
      @Override
      public int write(ByteBuffer source) throws IOException {
        if (left <= 0) {
          throw new IOException("the volume is gone: write " + file);
        }
        return created.write(source);
      }

      @Override
      public void force() throws IOException {
        note("force " + name(file));
        created.force();
      }

      @Override
      public long size() {
        return created.size();
      }

      @Override
      public void close() throws IOException {
        created.close();
      }
    };
  }

  @Override
  public void force(Path file) throws IOException {
    note("force " + name(file));
    files.force(file);
  }

  @Override
  public AppendFile append(Path file) throws IOException {
    return files.append(file);
  }

  @Override
  public ReadFile open(Path file) throws IOException {
    return files.open(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return files.list(directory);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    files.createDirectories(directory);
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    files.link(existing, added);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    note("rename " + name(from) + " to " + name(to));
    files.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    if (left <= 0) {
      throw new IOException("the volume is gone: delete " + path);
    }
    files.delete(path);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    note("forceDirectory " + name(directory));
    files.forceDirectory(directory);
  }

  @Override
  public DiskSpace space(Path path) throws IOException {
    return files.space(path);
  }
}
