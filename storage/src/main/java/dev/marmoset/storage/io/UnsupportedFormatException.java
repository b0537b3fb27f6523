package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.file.Path;

/// A file in a format version that this build does not read.
public final class UnsupportedFormatException extends IOException {
  private static final long serialVersionUID = 1;

  /// Names the file and the versions.
  ///
  /// @param what   kind of file
  /// @param found  version in the file
  /// @param oldest oldest version this build reads
  /// @param newest newest version this build reads
  public UnsupportedFormatException(Path path, String what, int found, int oldest, int newest) {
    super("%s: %s has format version %d, this build reads %d to %d".formatted(path, what, found, oldest,
        newest));
  }
}
