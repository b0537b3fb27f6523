package dev.marmoset.server.cli;

import dev.marmoset.server.cli.BlocksCommand.Report;
import dev.marmoset.storage.block.BlockCatalog;
import dev.marmoset.storage.block.BlockFiles;
import dev.marmoset.storage.block.BlockInspection;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.index.read.Finding;
import dev.marmoset.storage.index.read.IndexReader;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.upload.bucket.BucketBlock;
import dev.marmoset.storage.upload.bucket.BucketBlocks;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Looks at the blocks of a bucket. To verify one it is fetched to scratch, alone, and removed again; to inspect one only
/// its index is.
final class BucketBlocksCommand {
  /// What a block consists of; what else lies there is not fetched, whatever its name.
  private static final Pattern PARTS = Pattern.compile("meta\\.json|index|tombstones|chunks/\\d{6,}");
  private static final long PROGRESS_BYTES = 256L << 20;
  private static final int BUFFER_BYTES = 256 * 1024;

  private final FileSystem files;
  private final PrintStream progress;

  /// @param progress receives a line now and then while something takes long
  BucketBlocksCommand(FileSystem files, PrintStream progress) {
    this.files = files;
    this.progress = progress;
  }

  /// Looks at everything that has the name of a block; by range, then by name, unreadable ones behind.
  ///
  /// @throws IOException if the bucket cannot be listed
  List<Report> run(Invocation.BlocksBucket bucket, Invocation.BlocksVerb verb) throws IOException {
    Path scratch = scratch(bucket);
    try (ObjectStore store = bucket.settings().open()) {
      var blocks = new BucketBlocks(store);
      var visible = new ArrayList<BucketBlock>();
      var hidden = new ArrayList<Report>();
      for (BucketBlocks.Entry entry : blocks.all()) {
        switch (entry) {
          case BucketBlocks.Visible(BucketBlock block) -> visible.add(block);
          case BucketBlocks.Hidden(Ulid ulid, String reason) -> hidden.add(hidden(ulid, reason));
        }
      }
      visible.sort(Comparator.comparingLong((BucketBlock block) -> block.meta().minTime())
          .thenComparingLong(block -> block.meta().maxTime()).thenComparing(BucketBlock::ulid));
      var reports = new ArrayList<Report>();
      for (BucketBlock block : visible) {
        reports.add(report(store, blocks, block, verb, scratch));
      }
      reports.addAll(hidden);
      return reports;
    } finally {
      Files.delete(scratch);
    }
  }

  private static Path scratch(Invocation.BlocksBucket bucket) throws IOException {
    if (bucket.scratch().isEmpty()) {
      return Files.createTempDirectory("marmoset-blocks-");
    }
    return Files.createTempDirectory(Files.createDirectories(bucket.scratch().get()), "blocks-");
  }

  /// An upload that goes on, or was given up, is nothing wrong; a meta.json that cannot be read is.
  private static Report hidden(Ulid ulid, String reason) {
    Path path = Path.of(ulid.toString());
    boolean partial = reason.startsWith("no ");
    return new Report(new BlockCatalog.Unreadable(ulid, path, reason), List.of(),
        partial ? List.of() : List.of(new Finding(path.resolve(BlockFiles.META), 0, reason)));
  }

  private Report report(ObjectStore store, BucketBlocks blocks, BucketBlock block, Invocation.BlocksVerb verb,
      Path scratch) throws IOException {
    Map<String, Long> parts = verb == Invocation.BlocksVerb.LIST ? named(block) : parts(blocks, block.ulid());
    long bytes = parts.values().stream().mapToLong(Long::longValue).sum();
    var entry =
        new BlockCatalog.Readable(block.ulid(), Path.of(block.ulid().toString()), block.meta(), bytes);
    try {
      return switch (verb) {
        case LIST -> new Report(entry, List.of(), List.of());
        case INSPECT -> new Report(entry, List.of(inspect(store, block, parts, scratch)), List.of());
        case VERIFY -> new Report(entry, List.of(), verify(store, entry, parts, scratch));
      };
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      return new Report(entry, List.of(),
          List.of(new Finding(entry.directory(), 0, String.valueOf(e.getMessage()))));
    }
  }

  /// Sizes as meta.json says.
  private static Map<String, Long> named(BucketBlock block) {
    var parts = new TreeMap<String, Long>();
    block.meta().thanos().map(ThanosMeta::files).orElse(List.of())
        .forEach(file -> parts.put(file.path(), file.bytes().orElse(0)));
    return parts;
  }

  /// Sizes as the bucket says.
  private static Map<String, Long> parts(BucketBlocks blocks, Ulid ulid) throws ObjectStoreException {
    var parts = new TreeMap<>(blocks.files(ulid));
    parts.keySet().removeIf(path -> !PARTS.matcher(path).matches());
    return parts;
  }

  private BlockInspection inspect(ObjectStore store, BucketBlock block, Map<String, Long> parts, Path scratch)
      throws IOException {
    try (var fetched = new Fetched(scratch)) {
      Path index = fetched.fetch(store, block.ulid(), BlockFiles.INDEX);
      var chunks = parts.entrySet().stream()
          .filter(part -> part.getKey().startsWith(BlockFiles.CHUNKS + "/")).toList();
      try (IndexReader reader = IndexReader.open(SealedFiles.direct(files).open(index))) {
        return BlockInspection.of(block.meta(), reader, chunks.stream().mapToLong(Map.Entry::getValue).sum(),
            chunks.size());
      }
    }
  }

  private List<Finding> verify(ObjectStore store, BlockCatalog.Readable entry, Map<String, Long> parts,
      Path scratch) throws IOException {
    try (var fetched = new Fetched(scratch)) {
      long done = 0;
      long told = 0;
      for (var part : parts.entrySet()) {
        fetched.fetch(store, entry.ulid(), part.getKey());
        done += part.getValue();
        if (done - told >= PROGRESS_BYTES) {
          told = done;
          progress.println(
              "fetching " + entry.ulid() + ": " + (done >> 20) + " of " + (entry.bytes() >> 20) + " MiB");
        }
      }
      Path local = scratch.resolve(entry.ulid().toString());
      var here = new BlockCatalog.Readable(entry.ulid(), local, entry.meta(), entry.bytes());
      return BlocksCommand.verify(files, progress, here).stream()
          .map(finding -> new Finding(scratch.relativize(finding.file()), finding.offset(), finding.text()))
          .toList();
    }
  }

  /// Parts of a block on scratch, removed on close.
  private final class Fetched implements AutoCloseable {
    private final Path scratch;
    private final List<Path> made = new ArrayList<>();

    Fetched(Path scratch) {
      this.scratch = scratch;
    }

    /// @throws IOException also if there is no such object
    Path fetch(ObjectStore store, Ulid block, String part) throws IOException {
      Path target = scratch.resolve(block.toString()).resolve(part);
      make(Objects.requireNonNull(target.getParent(), "directory of a block"));
      Optional<InputStream> opened = store.read(BucketKeys.file(block, part));
      if (opened.isEmpty()) {
        throw new IOException("block " + block + " has no " + part);
      }
      made.add(target);
      try (InputStream in = opened.get(); AppendFile out = files.create(target)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        String key = BucketKeys.file(block, part);
        for (int n = read(in, buffer, key); n >= 0; n = read(in, buffer, key)) {
          out.writeAll(ByteBuffer.wrap(buffer, 0, n));
        }
      }
      return target;
    }

    /// A broken connection says nothing about the block.
    private static int read(InputStream in, byte[] buffer, String key) throws ObjectStoreException {
      try {
        return in.read(buffer);
      } catch (IOException e) {
        throw new ObjectStoreException("get", key, 0, "the answer ended early: " + e.getMessage(), e);
      }
    }

    private void make(Path directory) throws IOException {
      if (!directory.equals(scratch) && !made.contains(directory)) {
        make(Objects.requireNonNull(directory.getParent(), "parent below scratch"));
        Files.createDirectory(directory);
        made.add(directory);
      }
    }

    @Override
    public void close() throws IOException {
      for (Path path : made.reversed()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
