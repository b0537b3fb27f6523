package dev.marmoset.storage.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// The volume as the operating system mounts it: a local disk, EBS or NFS. No mapping, no locks, no preallocation.
///
/// A thread that is interrupted inside one of these calls closes the channel under everybody: never interrupt it.
public final class LocalFileSystem implements FileSystem {
  @Override
  public AppendFile create(Path file) throws IOException {
    return new ChannelAppendFile(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public AppendFile append(Path file) throws IOException {
    return new ChannelAppendFile(FileChannel.open(file, StandardOpenOption.WRITE));
  }

  @Override
  public ReadFile open(Path file) throws IOException {
    return new ChannelReadFile(FileChannel.open(file, StandardOpenOption.READ));
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    var names = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(entry.getFileName().toString());
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    names.sort(null);
    return names;
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public void link(Path existing, Path added) throws IOException {
    Files.createLink(added, existing);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(Path path) throws IOException {
    Files.delete(path);
  }

  @Override
  public void force(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.force(false);
    }
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public DiskSpace space(Path path) throws IOException {
    var store = Files.getFileStore(path);
    return new DiskSpace(store.getUsableSpace(), store.getTotalSpace());
  }

  /// Appends at a position it keeps itself, so that a second writer could not be mixed in unnoticed.
  private static final class ChannelAppendFile implements AppendFile {
    private final FileChannel channel;
    private long size;

    private ChannelAppendFile(FileChannel channel) throws IOException {
      this.channel = channel;
      try {
        this.size = channel.size();
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int n = channel.write(source, size);
      size += n;
      return n;
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record ChannelReadFile(FileChannel channel) implements ReadFile {
    @Override
    public int read(long offset, byte[] target, int targetOffset, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(target, targetOffset, length), offset);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
