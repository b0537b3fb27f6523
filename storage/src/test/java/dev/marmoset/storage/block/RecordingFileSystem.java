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

/// Passes everything on and notes in which order names and bytes become durable, as paths below a root.
final class RecordingFileSystem implements FileSystem {
  private final FileSystem files;
  private final Path root;
  private final List<String> operations = new ArrayList<>();

  RecordingFileSystem(FileSystem files, Path root) {
    this.files = files;
    this.root = root;
  }

  List<String> operations() {
    return operations;
  }

  private String name(Path path) {
    return root.relativize(path).toString();
  }

  @Override
  public AppendFile create(Path file) throws IOException {
    operations.add("create " + name(file));
    AppendFile created = files.create(file);
    return new AppendFile() {
      @Override
      public int write(ByteBuffer source) throws IOException {
        return created.write(source);
      }

      @Override
      public void force() throws IOException {
        operations.add("force " + name(file));
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
    operations.add("rename " + name(from) + " to " + name(to));
    files.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    files.delete(path);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    operations.add("forceDirectory " + name(directory));
    files.forceDirectory(directory);
  }

  @Override
  public DiskSpace space(Path path) throws IOException {
    return files.space(path);
  }
}
