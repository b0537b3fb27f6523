package dev.marmoset.storage.block;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.index.read.IndexReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What a block consists of, for people.
///
/// @param meta        what it says about itself
/// @param indexBytes  size of the index
/// @param chunkBytes  size of the chunk segments together
/// @param segments    number of chunk segments
/// @param symbols     number of distinct strings
/// @param labels      its labels, those with most values first
public record BlockInspection(BlockMeta meta, long indexBytes, long chunkBytes, int segments, int symbols,
    List<LabelUse> labels) {
  /// Copies the list.
  public BlockInspection {
    labels = List.copyOf(labels);
  }

  /// A label and how many values it has.
  ///
  /// @param name   of the label
  /// @param values number of distinct values
  public record LabelUse(String name, int values) {}

  /// Looks at an open block. Reads no series and no chunks.
  public static BlockInspection of(Block block) {
    long chunkBytes = 0;
    for (int i = 0; i < block.chunks().segmentCount(); i++) {
      chunkBytes += block.chunks().segmentBytes(i);
    }
    return of(block.meta(), block.index(), chunkBytes, block.chunks().segmentCount());
  }

  /// Looks at a block of which only the index is at hand.
  ///
  /// @param chunkBytes size of the chunk segments together
  /// @param segments   number of chunk segments
  public static BlockInspection of(BlockMeta meta, IndexReader index, long chunkBytes, int segments) {
    var labels = new ArrayList<LabelUse>();
    for (byte[] name : index.labelNames()) {
      labels.add(new LabelUse(new String(name, UTF_8), index.valueCount(name)));
    }
    labels.sort(Comparator.comparingInt(LabelUse::values).reversed());
    return new BlockInspection(meta, index.bytes(), chunkBytes, segments, index.symbolCount(), labels);
  }

  /// Bytes of chunk segments per sample, as meta.json counts them; 0 without samples.
  public double chunkBytesPerSample() {
    return meta.stats().samples() == 0 ? 0 : (double) chunkBytes / meta.stats().samples();
  }

  /// Bytes of index per series, as meta.json counts them; 0 without series.
  public double indexBytesPerSeries() {
    return meta.stats().series() == 0 ? 0 : (double) indexBytes / meta.stats().series();
  }
}
