package dev.marmoset.storage.index.read;

import java.nio.file.Path;

/// Something in a block that is not as it must be.
///
/// @param file   where; the block's directory when it is about the block as a whole
/// @param offset bytes from the beginning of the file
/// @param text   what is wrong, with what was expected and found
public record Finding(Path file, long offset, String text) {
  @Override
  public String toString() {
    return file + " at offset " + offset + ": " + text;
  }
}
