package dev.marmoset.storage.upload.bucket;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Labels;
import java.util.List;
import java.util.Optional;

/// A block in a bucket: what its meta.json says. Immutable, as blocks are.
///
/// @param ulid name of the block
/// @param meta what it says about itself
public record BucketBlock(Ulid ulid, BlockMeta meta) {
  /// External labels; empty for a block that is not of Thanos.
  public Labels labels() {
    return meta.thanos().map(ThanosMeta::labels).orElse(Labels.EMPTY);
  }

  /// Level-1 ancestors.
  public List<Ulid> sources() {
    return meta.compaction().sources();
  }

  /// Whether it holds what a source held, compacted or not.
  public boolean contains(Ulid source) {
    return sources().contains(source);
  }

  /// Whether it was merged from others.
  public boolean compacted() {
    return meta.compaction().level() > 1;
  }

  /// Whether its samples are as they came.
  public boolean raw() {
    return meta.thanos().map(ThanosMeta::resolution).orElse(0L) == 0;
  }

  /// Whether both ranges have a moment in common.
  public boolean overlaps(BucketBlock other) {
    return meta.minTime() < other.meta.maxTime() && other.meta.minTime() < meta.maxTime();
  }

  /// The volume that wrote it, if it says so: `thanos.extensions.marmoset.volume`.
  public Optional<String> volume() {
    return meta.thanos().flatMap(thanos -> thanos.extensions().member("marmoset"))
        .filter(JsonValue.Obj.class::isInstance).map(JsonValue.Obj.class::cast)
        .flatMap(own -> own.member("volume"))
        .filter(JsonValue.Str.class::isInstance).map(text -> ((JsonValue.Str) text).text());
  }
}
