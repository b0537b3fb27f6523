package dev.marmoset.storage.upload;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import java.nio.file.Path;
import java.util.List;

/// A block whose bytes are decided for ever: what the COMMIT record of a window says. Immutable.
///
/// @param window    which window, of whom
/// @param ulid      the block's name in the bucket
/// @param source    the one entry of `compaction.sources`
/// @param directory where its files lie
/// @param metaJson  its meta.json in the bucket; the one in the directory is another
/// @param files     its files without meta.json, as paths of the bucket
/// @param committed wall time of the COMMIT, ms
public record FinalBlock(Window window, Ulid ulid, Ulid source, Path directory, String metaJson,
    List<File> files, long committed) {
  /// Copies the list.
  public FinalBlock {
    files = List.copyOf(files);
  }

  /// What is published once.
  ///
  /// @param volume whose windows
  /// @param labels external labels, not empty
  /// @param start  begin of the window, ms
  /// @param end    its end, ms, exclusive
  /// @param k      0 for the window's first block, the number of a patch otherwise
  public record Window(Ulid volume, Labels labels, long start, long end, int k) {
    /// @throws IllegalArgumentException if there is no label: Thanos takes no such block
    public Window {
      if (labels.isEmpty()) {
        throw new IllegalArgumentException("a block for the bucket needs an external label");
      }
    }
  }

  /// A file of the block.
  ///
  /// @param path   below the directory, with `/`
  /// @param bytes  its size
  /// @param sha256 lower-case hex
  public record File(String path, long bytes, String sha256) {}
}
