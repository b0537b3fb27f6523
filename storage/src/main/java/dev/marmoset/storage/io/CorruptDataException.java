package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.file.Path;

/// Bytes on disk that contradict their format.
public final class CorruptDataException extends IOException {
  private static final long serialVersionUID = 1;

  /// Names the place and the contradiction.
  ///
  /// @param path     file
  /// @param offset   bytes from its beginning
  /// @param what     what was being read
  /// @param expected what the format demands
  /// @param got      what was found
  public CorruptDataException(Path path, long offset, String what, String expected, String got) {
    super("%s at offset %d: %s: expected %s, got %s".formatted(path, offset, what, expected, got));
  }
}
