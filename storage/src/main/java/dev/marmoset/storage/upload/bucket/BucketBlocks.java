package dev.marmoset.storage.upload.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.marmoset.storage.block.BlockFiles;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.objstore.ObjectInfo;
import dev.marmoset.storage.objstore.ObjectQuery;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The blocks of a bucket, as Thanos sees them: top-level names that are ULIDs. Thread-safe.
///
/// What a meta.json says is remembered, because it never changes: a look at the last days costs one listing and the new
/// ones.
public final class BucketBlocks {
  /// Far above any meta.json; a compacted block names a few hundred sources.
  private static final int MOST_META_BYTES = 16 << 20;
  /// Blocks of two hours of more than two years; about 1 KB each.
  private static final int REMEMBERED = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(BucketBlocks.class);

  private final ObjectStore store;
  @GuardedBy("itself")
  private final Map<Ulid, Entry> known = new LinkedHashMap<>();

  /// A directory with a block's name.
  public sealed interface Entry {
    /// Name of the block.
    Ulid ulid();
  }

  /// A block.
  ///
  /// @param block what it says about itself
  public record Visible(BucketBlock block) implements Entry {
    @Override
    public Ulid ulid() {
      return block.ulid();
    }
  }

  /// No block: an upload that goes on or was given up, or a meta.json that cannot be read.
  ///
  /// @param ulid   the name
  /// @param reason why it is none
  public record Hidden(Ulid ulid, String reason) implements Entry {}

  /// The blocks of a bucket.
  public BucketBlocks(ObjectStore store) {
    this.store = store;
  }

  /// Blocks whose names are at most as old as a time. A meta.json that cannot be read is passed over with a warning.
  ///
  /// @param millis ms since the epoch
  /// @return ascending by name
  public List<BucketBlock> since(long millis) throws ObjectStoreException {
    var blocks = new ArrayList<BucketBlock>();
    for (Ulid ulid : names(Ulid.of(Math.max(0, millis), 0, 0).toString())) {
      switch (entry(ulid)) {
        case Visible(BucketBlock block) -> blocks.add(block);
        case Hidden(var _, String reason) ->
          LOG.atDebug().addKeyValue("block", ulid).addKeyValue("reason", reason)
              .log("no block in the bucket");
      }
    }
    return blocks;
  }

  /// Everything that has the name of a block, ascending by name.
  public List<Entry> all() throws ObjectStoreException {
    var entries = new ArrayList<Entry>();
    for (Ulid ulid : names("")) {
      entries.add(entry(ulid));
    }
    return entries;
  }

  private List<Ulid> names(String after) throws ObjectStoreException {
    var names = new ArrayList<Ulid>();
    var query = Optional.of(ObjectQuery.of("", ObjectQuery.Depth.ONE_LEVEL).after(after));
    while (query.isPresent()) {
      var page = store.list(query.get());
      page.prefixes().forEach(prefix -> BucketKeys.block(prefix).ifPresent(names::add));
      query = page.next();
    }
    return names;
  }

  private Entry entry(Ulid ulid) throws ObjectStoreException {
    synchronized (known) {
      Entry entry = known.get(ulid);
      if (entry != null) {
        return entry;
      }
    }
    Optional<byte[]> bytes = store.get(BucketKeys.meta(ulid), MOST_META_BYTES);
    if (bytes.isEmpty()) {
      return new Hidden(ulid, "no " + BlockFiles.META);
    }
    try {
      return remembered(new Visible(new BucketBlock(ulid, decode(ulid, bytes.get()))));
    } catch (CorruptDataException | UnsupportedFormatException e) {
      LOG.atWarn().addKeyValue("block", ulid).addKeyValue("err", e.getMessage())
          .log("a block in the bucket cannot be read and is passed over");
      return remembered(new Hidden(ulid, String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw new ObjectStoreException("get", BucketKeys.meta(ulid), 0, String.valueOf(e.getMessage()), e);
    }
  }

  /// Reads a meta.json of the bucket.
  ///
  /// @throws CorruptDataException if it cannot be read
  /// @throws UnsupportedFormatException if it is of another version
  public static BlockMeta decode(Ulid ulid, byte[] bytes) throws IOException {
    return BlockMetaFormat.decode(Path.of(ulid.toString(), BlockFiles.META), bytes);
  }

  private Entry remembered(Entry entry) {
    synchronized (known) {
      known.put(entry.ulid(), entry);
      if (known.size() > REMEMBERED) {
        known.remove(known.keySet().iterator().next());
      }
    }
    return entry;
  }

  /// The objects of a block: bytes by path below its directory.
  public Map<String, Long> files(Ulid ulid) throws ObjectStoreException {
    var files = new HashMap<String, Long>();
    String directory = BucketKeys.directory(ulid);
    var query = Optional.of(ObjectQuery.of(directory, ObjectQuery.Depth.ALL));
    while (query.isPresent()) {
      var page = store.list(query.get());
      for (ObjectInfo object : page.objects()) {
        files.put(object.key().substring(directory.length()), object.bytes());
      }
      query = page.next();
    }
    return files;
  }

  /// Whether all files that a block names are there with their sizes. One that names none needs an index.
  public boolean complete(BucketBlock block) throws ObjectStoreException {
    Map<String, Long> there = files(block.ulid());
    List<ThanosMeta.FileEntry> named = block.meta().thanos().map(ThanosMeta::files).orElse(List.of());
    return there.containsKey(BlockFiles.META) && there.containsKey(BlockFiles.INDEX)
        && named.stream().allMatch(file -> {
          Long bytes = there.get(file.path());
          return bytes != null && (file.bytes().isEmpty() || file.bytes().getAsLong() == bytes);
        });
  }

  /// Whether Thanos is going to delete a block.
  public boolean marked(Ulid ulid) throws ObjectStoreException {
    return store.size(BucketKeys.deletionMark(ulid)).isPresent();
  }
}
