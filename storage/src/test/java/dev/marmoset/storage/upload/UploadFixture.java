package dev.marmoset.storage.upload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.io.VirtualClock;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.InMemoryObjectStore;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;

/// Blocks for uploads: real metas over files of random bytes, a volume and a bucket in memory.
final class UploadFixture {
  static final long WINDOW = 7_200_000;
  static final long START = 1_699_999_200_000L / WINDOW * WINDOW;
  static final Ulid VOLUME = Ulid.of(1_600_000_000_000L, 1, 1);
  static final Labels LABELS = Labels.of("cluster", "eu");
  static final BucketIdentity IDENTITY = new BucketIdentity(VOLUME, LABELS);

  final VirtualClock clock = new VirtualClock();
  final FileSystem files = new FaultyFileSystem();
  final InMemoryObjectStore bucket = new InMemoryObjectStore();
  final UploadStats stats = new UploadStats();
  boolean leaseValid = true;
  int notes;

  /// Wall time of the COMMIT of window `n`: its end, W of a day, and two minutes.
  static long committed(int n) {
    return START + (n + 1) * WINDOW + 86_400_000 + 120_000;
  }

  static Ulid source(Ulid volume, int n, int k) {
    return new BucketIdentity(volume, LABELS).source(START + n * WINDOW, k);
  }

  BlockUploader uploader() {
    return uploader(false);
  }

  /// @param adopt take labels over
  BlockUploader uploader(boolean adopt) {
    return uploader(bucket, adopt);
  }

  /// An uploader to another bucket.
  BlockUploader uploaderTo(ObjectStore store) {
    return uploader(store, false);
  }

  private BlockUploader uploader(ObjectStore store, boolean adopt) {
    return new BlockUploader(
        new BlockUploader.Tools(files, store, clock, new UlidGenerator(clock, new Random(7))),
        new BlockUploader.Rules(() -> leaseValid, () -> notes++, adopt), BlockUploader.Parallelism.NONE,
        stats);
  }

  FinalBlock block(int n) throws IOException {
    return block(VOLUME, n, 0, 0);
  }

  /// A block on the volume.
  ///
  /// @param take tells apart blocks that hold the same, as after a broken commit
  FinalBlock block(Ulid volume, int n, int k, int take) throws IOException {
    Ulid ulid = Ulid.of(committed(n) + take, k, volume.low());
    Path directory = Path.of("/blocks", ulid.toString());
    files.createDirectories(directory.resolve("chunks"));
    var listed = new ArrayList<BlockFile>();
    for (String path : List.of("chunks/000001", "chunks/000002", "index")) {
      byte[] content = new byte[1000 + n];
      new Random(n * 31L + k + path.hashCode()).nextBytes(content);
      write(directory.resolve(path), content);
      listed.add(new BlockFile(path, content.length, sha256(content)));
    }
    Ulid source = source(volume, n, k);
    String meta = meta(ulid, n, n, volume, List.of(source), listed);
    return new FinalBlock(new BucketIdentity(volume, LABELS), START + n * WINDOW, k,
        new Publication(ulid, source, ulid, meta, listed), directory, committed(n) + take);
  }

  /// meta.json of a block over windows; level 1 if over one, with the volume in it.
  private static String meta(Ulid ulid, int from, int to, Ulid volume, List<Ulid> sources,
      List<BlockFile> files) {
    var entries = new ArrayList<ThanosMeta.FileEntry>();
    files.forEach(file -> entries.add(new ThanosMeta.FileEntry(file.path(), OptionalLong.of(file.bytes()),
        Optional.of(file.sha256()))));
    var own = new JsonValue.Obj(Map.of("volume", new JsonValue.Str(volume.toString())));
    var thanos = ThanosMeta.ofNew(LABELS).withFiles(List.of(), entries, ThanosMeta.IndexStats.UNKNOWN);
    if (from == to) {
      thanos = thanos.withExtensions(new JsonValue.Obj(Map.of("marmoset", own)));
    }
    var meta = new BlockMeta(ulid, START + from * WINDOW, START + (to + 1) * WINDOW,
        new BlockMeta.Stats(10, 10, 0, 1, 1, 0),
        new BlockMeta.Compaction(from == to ? 1 : 2, sources, List.of(), List.of()), Optional.of(thanos));
    return new String(BlockMetaFormat.encode(meta), UTF_8);
  }

  /// Puts a block of the compactor into the bucket.
  Ulid compacted(int from, int to, List<Ulid> sources) {
    Ulid ulid = Ulid.of(committed(to) + 3_600_000, 9, 9);
    bucket.place(BucketKeys.file(ulid, "index"), new byte[3]);
    bucket.place(BucketKeys.meta(ulid), meta(ulid, from, to, VOLUME, sources, List.of()).getBytes(UTF_8));
    return ulid;
  }

  private void write(Path path, byte[] content) throws IOException {
    try (AppendFile file = files.create(path)) {
      file.writeAll(ByteBuffer.wrap(content));
      file.force();
    }
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Keys of blocks in the bucket that Thanos shows: with a meta.json, without a mark.
  List<Ulid> visible() {
    var objects = bucket.objects();
    return objects.keySet().stream().filter(key -> key.endsWith("/meta.json"))
        .map(key -> Ulid.parse(key.substring(0, Ulid.TEXT_LENGTH)))
        .filter(ulid -> !objects.containsKey(BucketKeys.deletionMark(ulid))).toList();
  }

  /// Whether a block is in the bucket, byte for byte as committed.
  boolean complete(FinalBlock block) throws IOException {
    var objects = bucket.objects();
    byte[] meta = objects.get(BucketKeys.meta(block.ulid()));
    boolean complete = meta != null && new String(meta, UTF_8).equals(block.publication().meta());
    for (BlockFile file : block.files()) {
      byte[] content = objects.get(BucketKeys.file(block.ulid(), file.path()));
      complete &= content != null && sha256(content).equals(file.sha256());
    }
    return complete;
  }
}
