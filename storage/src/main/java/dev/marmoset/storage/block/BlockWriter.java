package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.block.meta.ThanosMeta.FileEntry;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.index.write.ChunkMeta;
import dev.marmoset.storage.index.write.IndexWriter;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ScratchFile;
import dev.marmoset.storage.io.SequentialOutput;
import dev.marmoset.storage.labels.Labels;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Writes one block from its series in label order. Confined to one thread.
///
/// Everything goes into a directory of another name; every file is forced, meta.json last, then the directory, which
/// then gets its name: a block is there completely or not at all. Memory does not grow with the block (see
/// [dev.marmoset.storage.index.write.IndexWriter]). Closing without [#finish], or after an exception, removes what was written.
public final class BlockWriter implements Closeable {
  private final FileSystem files;
  private final Path blocks;
  private final BlockMeta plan;
  private final BlockWriterOptions options;
  private final Path temporary;
  private final ChunkWriter chunks;
  private final SequentialOutput indexFile;
  private final IndexWriter index;
  private final List<ChunkMeta> metas = new ArrayList<>();
  private long chunkCount;
  private long floatSamples;
  private long histogramSamples;
  private boolean finished;

  /// Opens a writer that builds the block beside the others, for a directory that only this process writes to.
  ///
  /// @param files   the volume
  /// @param blocks  directory that will hold the block, exists
  /// @param plan    name, range, origin and external labels; stats and files are filled in by the writer
  /// @param scratch directory on the node-local disk for one temporary file
  public BlockWriter(FileSystem files, Path blocks, BlockMeta plan, Path scratch, BlockWriterOptions options)
      throws IOException {
    this(files, blocks, blocks, plan, scratch, options);
  }

  /// Opens a writer.
  ///
  /// @param files     the volume
  /// @param blocks    directory that will hold the block, exists
  /// @param temporary directory on the same volume that holds the block until it is complete, exists; of this process
  ///                  alone where several write blocks
  /// @param plan      name, range, origin and external labels; stats and files are filled in by the writer
  /// @param scratch   directory on the node-local disk for one temporary file
  public BlockWriter(FileSystem files, Path blocks, Path temporary, BlockMeta plan, Path scratch,
      BlockWriterOptions options) throws IOException {
    this.files = files;
    this.blocks = blocks;
    this.plan = plan;
    this.options = options;
    this.temporary = BlockFiles.creationDirectory(temporary, plan.ulid());
    files.createDirectories(this.temporary.resolve(BlockFiles.CHUNKS));
    this.indexFile =
        new SequentialOutput(files.create(this.temporary.resolve(BlockFiles.INDEX)), options.hashFiles());
    this.chunks = new ChunkWriter(files, this.temporary.resolve(BlockFiles.CHUNKS), options.maxSegmentBytes(),
        options.hashFiles());
    this.index = new IndexWriter(indexFile, new ScratchFile(scratch.resolve(plan.ulid() + ".series")));
  }

  /// Adds a series.
  ///
  /// @param labels       not empty, without empty values, after those of the series before
  /// @param seriesChunks at least one, ascending and disjoint, inside the block's range
  /// @throws IllegalArgumentException if they break these rules; the writer is unusable then
  /// @throws IOException if the volume or scratch does not take the series; the writer is unusable then
  public void add(Labels labels, List<Chunk> seriesChunks) throws IOException {
    metas.clear();
    for (Chunk chunk : seriesChunks) {
      if (chunk.minTime() < plan.minTime() || chunk.maxTime() >= plan.maxTime()) {
        throw new IllegalArgumentException(
            "writing block " + plan.ulid() + " of " + plan.minTime() + " to " + plan.maxTime()
                + " ms: series " + labels + " has " + chunk);
      }
      metas.add(new ChunkMeta(chunk.minTime(), chunk.maxTime(), chunks.add(chunk)));
      if (chunk.encoding() == ChunkEncoding.XOR) {
        floatSamples += chunk.sampleCount();
      } else {
        histogramSamples += chunk.sampleCount();
      }
    }
    index.add(labels, metas);
    chunkCount += metas.size();
  }

  /// Completes the block and gives it its name.
  ///
  /// @return what its meta.json says
  /// @throws IllegalStateException if the block has no series
  public BlockMeta finish() throws IOException {
    if (index.seriesCount() == 0) {
      throw new IllegalStateException("finishing block " + plan.ulid() + ": it has no series");
    }
    List<FileEntry> segments = chunks.finish();
    index.finish();
    indexFile.force();
    FileEntry indexEntry = new FileEntry(BlockFiles.INDEX, OptionalLong.of(indexFile.position()),
        options.hashFiles() ? Optional.of(indexFile.sha256()) : Optional.empty());
    indexFile.close();
    BlockMeta meta = completed(segments, indexEntry);
    writeMeta(meta);
    files.forceDirectory(temporary);
    files.rename(temporary, BlockFiles.directory(blocks, plan.ulid()));
    files.forceDirectory(blocks);
    finished = true;
    return meta;
  }

  private BlockMeta completed(List<FileEntry> segments, FileEntry indexEntry) {
    var stats = new BlockMeta.Stats(floatSamples + histogramSamples, floatSamples, histogramSamples,
        index.seriesCount(), chunkCount, 0);
    Optional<ThanosMeta> thanos = plan.thanos().map(section -> {
      var all = new ArrayList<>(segments);
      all.add(indexEntry);
      all.add(new FileEntry(BlockFiles.META, OptionalLong.empty(), Optional.empty()));
      all.sort(Comparator.comparing(FileEntry::path));
      List<String> names =
          segments.stream().map(entry -> entry.path().substring(BlockFiles.CHUNKS.length() + 1)).toList();
      return section.withFiles(names, all,
          new ThanosMeta.IndexStats(index.largestEntry(), chunks.largestFrame()));
    });
    return new BlockMeta(plan.ulid(), plan.minTime(), plan.maxTime(), stats, plan.compaction(), thanos);
  }

  private void writeMeta(BlockMeta meta) throws IOException {
    try (AppendFile file = files.create(temporary.resolve(BlockFiles.META))) {
      file.writeAll(ByteBuffer.wrap(BlockMetaFormat.encode(meta)));
      file.force();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Closing.all(List.of(index, chunks, indexFile));
    } finally {
      if (!finished) {
        BlockDirectories.delete(files, temporary);
      }
    }
  }
}
