package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta;
import dev.marmoset.storage.index.read.Finding;
import dev.marmoset.storage.index.read.IndexReader;
import dev.marmoset.storage.index.read.IndexVerifier;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.io.SealedFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a whole block and reports everything that contradicts the formats, meta.json, or what Thanos demands of a block
/// in a bucket (thanos `pkg/block/index.go`, GatherIndexHealthStats). One use, one thread.
///
/// The tools of Prometheus look at less: some exit 0 where a checksum is wrong, and none compares the statistics.
public final class BlockVerifier {
  /// Told how far a verification is.
  public interface Progress {
    /// Called about once per MiB.
    ///
    /// @param bytes      read so far
    /// @param totalBytes size of index and chunks
    void read(long bytes, long totalBytes);
  }

  /// Findings kept: a damaged section yields one per entry.
  private static final int MAX_FINDINGS = 1000;
  private static final int HASH_BYTES = 64 * 1024;

  private final FileSystem files;
  private final SealedFiles access;
  private final Progress progress;
  private final Path directory;
  private final List<Finding> findings = new ArrayList<>();
  private long unreported;

  /// A verification of one block.
  ///
  /// @param access    how index and chunks are read
  /// @param directory of the block
  public BlockVerifier(FileSystem files, SealedFiles access, Path directory, Progress progress) {
    this.files = files;
    this.access = access;
    this.directory = directory;
    this.progress = progress;
  }

  /// Verifies. What cannot be read is a finding too.
  ///
  /// @return what is wrong; empty when nothing is
  public List<Finding> verify() {
    Optional<BlockMeta> meta = attempt(BlockFiles.META, () -> Block.readMeta(files, directory));
    var _ = attempt(BlockFiles.TOMBSTONES,
        () -> Tombstones.read(SealedFiles.direct(files), directory.resolve(BlockFiles.TOMBSTONES)));
    Optional<IndexReader> index =
        attempt(BlockFiles.INDEX, () -> IndexReader.open(access.open(directory.resolve(BlockFiles.INDEX))));
    Optional<ChunkReader> chunks = attempt(BlockFiles.CHUNKS,
        () -> ChunkReader.open(files, access, directory.resolve(BlockFiles.CHUNKS)));
    if (index.isPresent() && chunks.isPresent()) {
      var _ = attempt(BlockFiles.INDEX, () -> verifyData(meta.orElse(null), index.get(), chunks.get()));
    }
    index.ifPresent(open -> attempt(BlockFiles.INDEX, () -> closed(open)));
    chunks.ifPresent(open -> attempt(BlockFiles.CHUNKS, () -> closed(open)));
    meta.flatMap(BlockMeta::thanos).ifPresent(this::verifyThanos);
    if (unreported > 0) {
      findings.add(new Finding(directory, 0, unreported + " more findings"));
    }
    return List.copyOf(findings);
  }

  private Boolean verifyData(@Nullable BlockMeta meta, IndexReader index, ChunkReader chunks)
      throws IOException {
    long total = index.bytes();
    for (int i = 0; i < chunks.segmentCount(); i++) {
      total += chunks.segmentBytes(i);
    }
    var verifier = new ChunkVerifier(chunks, meta, this::report, progress, total);
    boolean everySeriesRead = new IndexVerifier(index, this::report).verify(verifier);
    progress.read(total, total);
    // What cannot be read cannot be counted, and has been reported.
    if (meta != null && everySeriesRead && verifier.everyChunkRead()) {
      compare(meta.stats(), verifier.stats());
    }
    return true;
  }

  private void compare(BlockMeta.Stats stated, BlockMeta.Stats found) {
    compare("numSamples", stated.samples(), found.samples());
    compare("numSeries", stated.series(), found.series());
    compare("numChunks", stated.chunks(), found.chunks());
    // Prometheus before 3.14 does not split the samples by kind.
    if (stated.floatSamples() != 0 || stated.histogramSamples() != 0) {
      compare("numFloatSamples", stated.floatSamples(), found.floatSamples());
      compare("numHistogramSamples", stated.histogramSamples(), found.histogramSamples());
    }
  }

  private void compare(String name, long stated, long found) {
    if (stated != found) {
      report(new Finding(directory.resolve(BlockFiles.META), 0,
          "stats." + name + " is " + stated + ", the block holds " + found));
    }
  }

  private void verifyThanos(ThanosMeta thanos) {
    Path meta = directory.resolve(BlockFiles.META);
    if (thanos.labels().isEmpty()) {
      report(new Finding(meta, 0, "thanos.labels is empty: Thanos refuses such a block"));
    }
    for (ThanosMeta.FileEntry entry : thanos.files()) {
      if (!entry.path().equals(BlockFiles.META)) {
        var _ = attempt(entry.path(), () -> verifyFile(entry));
      }
    }
  }

  private Boolean verifyFile(ThanosMeta.FileEntry entry) throws IOException {
    Path path = directory.resolve(entry.path()).normalize();
    if (!path.startsWith(directory.normalize())) {
      report(new Finding(directory.resolve(BlockFiles.META), 0,
          "thanos.files names " + entry.path() + ", which is outside the block"));
      return false;
    }
    try (SealedFile file = SealedFiles.direct(files).open(path)) {
      if (entry.bytes().isPresent() && entry.bytes().getAsLong() != file.size()) {
        report(new Finding(path, 0,
            "thanos.files says " + entry.bytes().getAsLong() + " bytes, the file has " + file.size()));
      }
      if (entry.sha256().isPresent() && !entry.sha256().get().equals(sha256(file))) {
        report(new Finding(path, 0, "SHA-256 is not " + entry.sha256().get() + ", which thanos.files says"));
      }
      return true;
    }
  }

  private static String sha256(SealedFile file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[HASH_BYTES];
      long at = 0;
      int n;
      while ((n = file.readUpTo(at, buffer, 0, buffer.length)) > 0) {
        digest.update(buffer, 0, n);
        at += n;
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Boolean closed(Closeable open) throws IOException {
    open.close();
    return true;
  }

  /// A step that may meet unreadable bytes.
  private interface Step<T> {
    T run() throws IOException;
  }

  /// Runs a step and turns its exception into a finding.
  private <T> Optional<T> attempt(String name, Step<T> step) {
    try {
      return Optional.of(step.run());
    } catch (IOException e) {
      report(new Finding(directory.resolve(name), 0, e.getClass().getSimpleName() + ": " + e.getMessage()));
      return Optional.empty();
    }
  }

  private void report(Finding finding) {
    if (findings.size() < MAX_FINDINGS) {
      findings.add(finding);
    } else {
      unreported++;
    }
  }
}
