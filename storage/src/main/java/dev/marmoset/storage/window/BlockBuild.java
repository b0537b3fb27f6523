package dev.marmoset.storage.window;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.block.BlockFiles;
import dev.marmoset.storage.block.BlockWriter;
import dev.marmoset.storage.block.BlockWriterOptions;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Writes a window's series to a block. Confined to one thread.
///
/// The block is written once, straight to the volume: a copy would cost its bytes twice where reading is metered too.
final class BlockBuild {
  /// A complete and durable block.
  ///
  /// @param meta  what it says about itself
  /// @param files its files without meta.json
  record Built(BlockMeta meta, List<BlockFile> files) {}

  /// Series between two looks at the clock: a fraction of a second.
  private static final int PROGRESS_SERIES = 10_000;
  private static final BlockWriterOptions OPTIONS =
      new BlockWriterOptions(BlockWriterOptions.DEFAULT.maxSegmentBytes(), true);

  private final FileSystem files;
  private final Path blocks;
  private final Path temporary;
  private final Path scratch;
  private final Labels labels;
  private volatile boolean stopped;

  /// @param blocks    directory of all blocks, exists
  /// @param temporary directory of this incarnation on the same volume, exists
  /// @param scratch   directory on the node-local disk, exists
  /// @param labels    external labels
  BlockBuild(FileSystem files, Path blocks, Path temporary, Path scratch, Labels labels) {
    this.files = files;
    this.blocks = blocks;
    this.temporary = temporary;
    this.scratch = scratch;
    this.labels = labels;
  }

  /// Has the block that is being written given up, and every later one. Any thread.
  void stop() {
    stopped = true;
  }

  /// Writes a block.
  ///
  /// @param ulid     its name
  /// @param start    first time of the window, ms
  /// @param series   ascending by labels, with samples of the window only
  /// @param progress called every now and then
  /// @return empty when no series has a sample; then nothing is left
  /// @throws IOException if the volume does not take it; nothing is left then either, or only in the temporary directory
  Optional<Built> write(Ulid ulid, long start, SeriesSet series, Runnable progress) throws IOException {
    var plan = new BlockMeta(ulid, start, start + ChunkCut.WINDOW_MS, BlockMeta.Stats.NONE,
        BlockMeta.Compaction.levelOne(ulid), Optional.of(ThanosMeta.ofNew(labels)));
    try (var writer = new BlockWriter(files, blocks, temporary, plan, scratch, OPTIONS)) {
      long count = 0;
      while (series.next()) {
        if (stopped) {
          throw new IOException("writing block " + ulid + ": the store is being closed");
        }
        ChunkSeries next = series.series();
        List<Chunk> chunks = next.chunks();
        if (!chunks.isEmpty()) {
          writer.add(next.labels(), chunks);
          if (++count % PROGRESS_SERIES == 0) {
            progress.run();
          }
        }
      }
      return count == 0 ? Optional.empty() : Optional.of(built(writer.finish()));
    }
  }

  private static Built built(BlockMeta meta) {
    var list = meta.thanos().orElseThrow().files().stream()
        .filter(file -> !file.path().equals(BlockFiles.META))
        .map(file -> new BlockFile(file.path(), file.bytes().orElseThrow(), file.sha256().orElseThrow()))
        .toList();
    return new Built(meta, list);
  }
}
