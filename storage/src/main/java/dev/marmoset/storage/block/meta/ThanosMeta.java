package dev.marmoset.storage.block.meta;

import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Labels;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The section `thanos` of meta.json (thanos `pkg/block/metadata/meta.go`, version 1).
///
/// @param labels       external labels, never the replica label; must not be empty in a bucket
/// @param resolution   of downsampled data, ms; 0 = raw
/// @param source       kind of program that wrote the block
/// @param segmentFiles base names of the chunk files, ascending; spares store gateways a listing
/// @param files        all files, ascending by path
/// @param indexStats   sizes by which store gateways cut their range reads
/// @param uploadTime   when the block went to the bucket
/// @param extensions   free; ours are under `marmoset`
public record ThanosMeta(Labels labels, long resolution, String source, List<String> segmentFiles,
    List<FileEntry> files, IndexStats indexStats,
    Optional<Instant> uploadTime, JsonValue.Obj extensions) {
  /// The one value of the member `version` that is read and written.
  public static final int VERSION = 1;
  /// The source Marmoset names.
  public static final String RECEIVE = "receive";

  /// Copies the lists.
  public ThanosMeta {
    segmentFiles = List.copyOf(segmentFiles);
    files = List.copyOf(files);
  }

  /// The section of a new raw block, before its files are known.
  public static ThanosMeta ofNew(Labels labels) {
    return new ThanosMeta(labels, 0, RECEIVE, List.of(), List.of(), IndexStats.UNKNOWN, Optional.empty(),
        new JsonValue.Obj(Map.of()));
  }

  /// The same section with what is known when the files are complete.
  public ThanosMeta withFiles(List<String> newSegmentFiles, List<FileEntry> newFiles,
      IndexStats newIndexStats) {
    return new ThanosMeta(labels, resolution, source, newSegmentFiles, newFiles, newIndexStats, uploadTime,
        extensions);
  }

  /// The same section with our own members in the extensions.
  public ThanosMeta withExtensions(JsonValue.Obj newExtensions) {
    return new ThanosMeta(labels, resolution, source, segmentFiles, files, indexStats, uploadTime,
        newExtensions);
  }

  /// The same section with the time of the upload.
  public ThanosMeta withUploadTime(Instant time) {
    return new ThanosMeta(labels, resolution, source, segmentFiles, files, indexStats, Optional.of(time),
        extensions);
  }

  /// A file of the block.
  ///
  /// @param path   below the block's directory, with `/`
  /// @param bytes  size; absent for meta.json itself
  /// @param sha256 lower-case hex; absent when it was not computed
  public record FileEntry(String path, OptionalLong bytes, Optional<String> sha256) {}

  /// Sizes of the largest entries.
  ///
  /// @param seriesMaxSize bytes of the largest series entry of the index; 0 = unknown
  /// @param chunkMaxSize  bytes of the largest chunk with its frame; 0 = unknown
  public record IndexStats(long seriesMaxSize, long chunkMaxSize) {
    /// Nothing known.
    public static final IndexStats UNKNOWN = new IndexStats(0, 0);
  }
}
