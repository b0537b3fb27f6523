package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.ThanosMeta.FileEntry;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SequentialOutput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Writes the chunk segments of a block. Confined to one thread.
final class ChunkWriter implements Closeable {
  private final FileSystem files;
  private final Path directory;
  private final long maxSegmentBytes;
  private final boolean hashed;
  private final List<FileEntry> finished = new ArrayList<>();
  private @Nullable SequentialOutput segment;
  private long largestFrame;

  /// @param directory `chunks` of the block, exists
  ChunkWriter(FileSystem files, Path directory, long maxSegmentBytes, boolean hashed) {
    this.files = files;
    this.directory = directory;
    this.maxSegmentBytes = maxSegmentBytes;
    this.hashed = hashed;
  }

  /// Appends a chunk and answers its ref.
  long add(Chunk chunk) throws IOException {
    byte[] data = chunk.data();
    int frame = SequentialOutput.uvarintBytes(data.length) + ChunkFormat.ENCODING_BYTES + data.length
        + ChunkFormat.CRC_BYTES;
    SequentialOutput out = segmentFor(frame);
    long ref = (long) finished.size() << Integer.SIZE | out.position();
    out.uvarint(data.length);
    out.startCrc();
    out.u8(chunk.encoding().id());
    out.bytes(data, 0, data.length);
    out.endCrc();
    largestFrame = Math.max(largestFrame, frame);
    return ref;
  }

  /// Completes the last segment.
  ///
  /// @return all segments, ascending, with paths below the block's directory
  List<FileEntry> finish() throws IOException {
    finishSegment();
    files.forceDirectory(directory);
    return List.copyOf(finished);
  }

  /// Bytes of the largest frame so far.
  long largestFrame() {
    return largestFrame;
  }

  private SequentialOutput segmentFor(int frame) throws IOException {
    SequentialOutput open = segment;
    if (open != null && open.position() + frame <= maxSegmentBytes) {
      return open;
    }
    finishSegment();
    open = new SequentialOutput(files.create(directory.resolve(BlockFiles.segment(finished.size()))), hashed);
    segment = open;
    open.u32(ChunkFormat.MAGIC);
    open.u8(ChunkFormat.VERSION);
    open.align(ChunkFormat.HEADER_BYTES);
    return open;
  }

  private void finishSegment() throws IOException {
    SequentialOutput open = segment;
    if (open != null) {
      open.force();
      String path = BlockFiles.CHUNKS + '/' + BlockFiles.segment(finished.size());
      finished.add(new FileEntry(path, OptionalLong.of(open.position()),
          hashed ? Optional.of(open.sha256()) : Optional.empty()));
      segment = null;
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    if (segment != null) {
      segment.close();
    }
  }
}
