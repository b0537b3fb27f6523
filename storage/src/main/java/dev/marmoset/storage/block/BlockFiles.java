package dev.marmoset.storage.block;

import dev.marmoset.storage.io.Ulid;
import java.nio.file.Path;

/// Names in and of a block's directory.
public final class BlockFiles {
  /// What describes the block; written last.
  public static final String META = "meta.json";
  /// Symbols, series and postings.
  public static final String INDEX = "index";
  /// Directory of the chunk segments.
  public static final String CHUNKS = "chunks";
  /// Deleted intervals; may be absent. Marmoset writes none.
  public static final String TOMBSTONES = "tombstones";

  /// Directory of a block that is being written.
  static final String CREATION_SUFFIX = ".tmp-for-creation";

  private BlockFiles() {}

  /// The directory of a block below the one that holds blocks.
  public static Path directory(Path blocks, Ulid ulid) {
    return blocks.resolve(ulid.toString());
  }

  /// Where a block is written before it gets its name.
  static Path creationDirectory(Path blocks, Ulid ulid) {
    return blocks.resolve(ulid + CREATION_SUFFIX);
  }

  /// Name of a chunk segment.
  ///
  /// @param segment 0-based
  static String segment(int segment) {
    return "%06d".formatted(segment + 1);
  }

  /// Whether a name in the chunks directory is that of a segment.
  static boolean isSegment(String name) {
    return name.length() >= 6 && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
