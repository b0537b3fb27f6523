package dev.marmoset.storage.block;

import dev.marmoset.storage.io.FileSystem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/// Removes directories of blocks.
final class BlockDirectories {
  private BlockDirectories() {}

  /// Removes a block's directory or what there is of it; what is gone already is no error. meta.json goes first, so that
  /// nobody takes the rest for a block.
  static void delete(FileSystem files, Path directory) throws IOException {
    deleteFile(files, directory.resolve(BlockFiles.META));
    for (String name : names(files, directory.resolve(BlockFiles.CHUNKS))) {
      deleteFile(files, directory.resolve(BlockFiles.CHUNKS).resolve(name));
    }
    for (String name : names(files, directory)) {
      deleteFile(files, directory.resolve(name));
    }
    deleteFile(files, directory);
  }

  private static List<String> names(FileSystem files, Path directory) throws IOException {
    try {
      return files.list(directory);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }

  private static void deleteFile(FileSystem files, Path path) throws IOException {
    try {
      files.delete(path);
    } catch (NoSuchFileException e) {
      // Somebody else removed it: what was wanted.
    }
  }
}
