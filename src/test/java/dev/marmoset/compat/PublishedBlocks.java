package dev.marmoset.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.block.BlockWriter;
import dev.marmoset.storage.block.BlockWriterOptions;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.BlockMetaFormat;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.upload.BlockUploader;
import dev.marmoset.storage.upload.FinalBlock;
import dev.marmoset.storage.upload.UploadStats;
import dev.marmoset.storage.window.register.BucketIdentity;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Final blocks as a store with W of a day commits them, and the samples in them.
final class PublishedBlocks {
  static final long WINDOW = 7_200_000;
  /// Aligned to two days, so that Thanos compacts from the first window on.
  static final long START = 1_700_000_000_000L / 172_800_000 * 172_800_000;
  static final BucketIdentity IDENTITY =
      new BucketIdentity(Ulid.of(1_600_000_000_000L, 1, 1), Labels.of("cluster", "eu"));

  private static final int SERIES = 10;
  private static final int SAMPLES = 480;

  private final Path directory;
  /// Value by series and time.
  final Map<String, Double> samples = new HashMap<>();

  PublishedBlocks(Path directory) {
    this.directory = directory;
  }

  /// The block of a window.
  ///
  /// @param take tells apart blocks that hold the same under other names
  FinalBlock window(int n, int take) throws IOException {
    return block(n, 0, take, 0);
  }

  /// A patch of a window: samples between those of the window.
  FinalBlock patch(int n, int k) throws IOException {
    return block(n, k, 0, 7_000 + k);
  }

  private FinalBlock block(int n, int k, int take, int shift) throws IOException {
    long start = START + n * WINDOW;
    long committed = start + WINDOW + 86_400_000 + 120_000 + k * 600_000L + take;
    Ulid ulid = Ulid.of(committed, k, take);
    var plan = new BlockMeta(ulid, start, start + WINDOW, BlockMeta.Stats.NONE,
        BlockMeta.Compaction.levelOne(IDENTITY.source(start, k)),
        Optional.of(ThanosMeta.ofNew(IDENTITY.labels()).withUploadTime(Instant.ofEpochMilli(committed))));
    BlockMeta meta;
    try (var writer = new BlockWriter(new LocalFileSystem(), directory, plan, directory,
        new BlockWriterOptions(20_000, true))) {
      for (Labels labels : labels()) {
        var encoder = new WindowEncoder();
        for (int i = 0; i < SAMPLES; i++) {
          long t = start + 15_000L * i + shift;
          double value = n * 1000.0 + i + k / 8.0;
          encoder.add(t, Double.doubleToRawLongBits(value));
          samples.put(labels + " " + t, value);
        }
        writer.add(labels, encoder.finish());
      }
      meta = writer.finish();
    }
    var files = meta.thanos().orElseThrow().files().stream().filter(file -> file.bytes().isPresent())
        .map(file -> new BlockFile(file.path(), file.bytes().getAsLong(), file.sha256().orElseThrow()))
        .toList();
    var publication = new Publication(ulid, IDENTITY.source(start, k), ulid,
        new String(BlockMetaFormat.encode(meta), UTF_8), files);
    return new FinalBlock(IDENTITY, start, k, publication, directory.resolve(ulid.toString()), committed);
  }

  private static List<Labels> labels() {
    var labels = new ArrayList<Labels>();
    for (int i = 0; i < SERIES; i++) {
      labels.add(Labels.of("__name__", "metric", "i", Integer.toString(i)));
    }
    labels.sort(Comparator.naturalOrder());
    return labels;
  }

  static BlockUploader uploader(ObjectStore store) {
    var clock = new Clock() {
      @Override
      public long wallMillis() {
        return System.currentTimeMillis();
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }
    };
    return new BlockUploader(
        new BlockUploader.Tools(new LocalFileSystem(), store, clock, new UlidGenerator(clock, new Random())),
        new BlockUploader.Rules(() -> true, () -> {
        }, false), BlockUploader.Parallelism.NONE, new UploadStats());
  }

  /// Puts a copy of a block's directory into a bucket that is a directory, as nobody should.
  static void smuggle(FinalBlock block, Path bucket) throws IOException {
    try (var all = Files.walk(block.directory())) {
      for (Path path : all.toList()) {
        Files.copy(path,
            bucket.resolve(block.ulid().toString()).resolve(block.directory().relativize(path).toString()));
      }
    }
  }
}
