package dev.marmoset.storage.window;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import dev.marmoset.storage.window.register.RegisterRecord.Stamp;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Decides what a block will be called and say about itself in the bucket, before the first byte of it is put there.
///
/// @param identity whose blocks they are
record PublicationPlan(BucketIdentity identity) {
  /// The publication of a block.
  ///
  /// @param stamp   of the COMMIT
  /// @param edition which of the window's blocks it is
  /// @param claim   number of the CLAIM in the register
  /// @param local   what the block on the volume says about itself
  /// @param files   of the block on the volume, without meta.json
  Publication of(Stamp stamp, Edition edition, long claim, BlockMeta local, List<BlockFile> files) {
    Ulid source = identity.source(local.minTime(), edition.k());
    Ulid bucket = BucketIdentity.bucketUlid(source, claim, stamp.wallMillis());
    ThanosMeta known = local.thanos().orElseThrow();
    var thanos = ThanosMeta.ofNew(identity.labels())
        .withFiles(known.segmentFiles(), known.files(), known.indexStats())
        .withExtensions(extensions(stamp, edition, local.minTime()))
        .withUploadTime(Instant.ofEpochMilli(stamp.wallMillis()));
    var meta = new BlockMeta(bucket, local.minTime(), local.maxTime(), local.stats(),
        BlockMeta.Compaction.levelOne(source), Optional.of(thanos));
    return new Publication(bucket, source, local.ulid(), new String(BlockMetaFormat.encode(meta), UTF_8),
        files);
  }

  private JsonValue.Obj extensions(Stamp stamp, Edition edition, long start) {
    var ours = new LinkedHashMap<String, JsonValue>();
    ours.put("volume", new JsonValue.Str(identity.volume().toString()));
    ours.put("window", new JsonValue.Whole(start));
    ours.put("k", new JsonValue.Whole(edition.k()));
    ours.put("kind", new JsonValue.Str(edition.kind().name().toLowerCase(Locale.ROOT)));
    ours.put("number", new JsonValue.Whole(stamp.number()));
    var all = new LinkedHashMap<String, JsonValue>();
    all.put("marmoset", new JsonValue.Obj(ours));
    return new JsonValue.Obj(all);
  }
}
