package dev.marmoset.storage.log;

import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.ByteWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/// The one file of the log that is being appended to. Confined to the log thread.
final class LogSegment implements Closeable {
  private final Path path;
  private final long number;
  private final long opened;
  private final AppendFile file;

  /// @param opened acceptance clock, ms
  LogSegment(Path path, long number, long opened, AppendFile file) {
    this.path = path;
    this.number = number;
    this.opened = opened;
    this.file = file;
  }

  Path path() {
    return path;
  }

  long number() {
    return number;
  }

  /// Acceptance clock at its creation, ms.
  long opened() {
    return opened;
  }

  /// Bytes written, forced or not.
  long size() {
    return file.size();
  }

  /// Appends framed records.
  void write(ByteWriter records) throws IOException {
    try {
      file.writeAll(records.view(0, records.size()));
    } catch (IOException e) {
      throw new IOException("appending " + records.size() + " bytes to " + path + ": " + e.getMessage(), e);
    }
  }

  /// Makes what was appended durable.
  void force() throws IOException {
    try {
      file.force();
    } catch (IOException e) {
      throw new IOException("forcing " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
