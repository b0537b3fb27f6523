package dev.marmoset.storage.block;

/// How blocks are written.
///
/// @param maxSegmentBytes a chunk segment is not begun on beyond this size
/// @param hashFiles       whether meta.json carries the SHA-256 of each file
public record BlockWriterOptions(long maxSegmentBytes, boolean hashFiles) {
  /// As upstream: segments of 512 MiB, no hashes.
  public static final BlockWriterOptions DEFAULT =
      new BlockWriterOptions(ChunkFormat.MAX_SEGMENT_BYTES, false);

  /// Checks the size.
  public BlockWriterOptions {
    if (maxSegmentBytes < ChunkFormat.HEADER_BYTES || maxSegmentBytes > ChunkFormat.MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "chunk segments of " + maxSegmentBytes + " bytes, allowed are " + ChunkFormat.HEADER_BYTES + " to "
              + ChunkFormat.MAX_SEGMENT_BYTES);
    }
  }
}
