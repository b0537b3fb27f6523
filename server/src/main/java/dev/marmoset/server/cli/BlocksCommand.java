package dev.marmoset.server.cli;

import dev.marmoset.storage.block.Block;
import dev.marmoset.storage.block.BlockCatalog;
import dev.marmoset.storage.block.BlockInspection;
import dev.marmoset.storage.block.BlockVerifier;
import dev.marmoset.storage.index.read.Finding;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Looks at Prometheus and Thanos blocks in a local directory or a bucket: lists, inspects, or verifies them. Reads only.
public final class BlocksCommand {
  /// A line of progress per so many bytes: one or two a second on a usual disk.
  private static final long PROGRESS_BYTES = 256L << 20;

  private final FileSystem files;
  private final PrintStream progress;

  /// @param progress receives a line now and then while something takes long
  public BlocksCommand(FileSystem files, PrintStream progress) {
    this.files = files;
    this.progress = progress;
  }

  /// What was found.
  ///
  /// @param text   ready to print
  /// @param sound  whether nothing is wrong with any block
  public record Result(String text, boolean sound) {}

  /// What is known of one block.
  ///
  /// @param entry      what the directory says
  /// @param inspection its parts, when they were asked for and can be read
  /// @param findings   what is wrong with it
  record Report(BlockCatalog.Entry entry, List<BlockInspection> inspection, List<Finding> findings) {}

  /// Looks and formats what is found.
  ///
  /// @throws IOException if the directory or the bucket cannot be listed
  public Result run(Invocation.Blocks query) throws IOException {
    List<Report> reports = switch (query.place()) {
      case Invocation.BlocksDirectory(Path directory) -> local(directory, query.verb());
      case Invocation.BlocksBucket bucket ->
        new BucketBlocksCommand(files, progress).run(bucket, query.verb());
    };
    boolean sound = reports.stream().allMatch(report -> report.findings().isEmpty());
    return new Result(
        query.json() ? BlocksPrinter.json(reports, query.verb()) : BlocksPrinter.table(reports, query),
        sound);
  }

  private List<Report> local(Path directory, Invocation.BlocksVerb verb) throws IOException {
    var reports = new ArrayList<Report>();
    for (BlockCatalog.Entry entry : new BlockCatalog(files).list(directory)) {
      reports.add(report(entry, verb));
    }
    return reports;
  }

  private Report report(BlockCatalog.Entry entry, Invocation.BlocksVerb verb) {
    return switch (entry) {
      case BlockCatalog.Unreadable(var _, Path directory, String reason) ->
        new Report(entry, List.of(), List.of(new Finding(directory, 0, reason)));
      case BlockCatalog.Readable readable -> switch (verb) {
        case LIST -> new Report(entry, List.of(), List.of());
        case INSPECT -> inspect(readable);
        case VERIFY -> new Report(entry, List.of(), verify(files, progress, readable));
      };
    };
  }

  private Report inspect(BlockCatalog.Readable entry) {
    try (Block block = Block.open(files, SealedFiles.mapped(), entry.directory())) {
      return new Report(entry, List.of(BlockInspection.of(block)), List.of());
    } catch (IOException e) {
      return new Report(entry, List.of(),
          List.of(new Finding(entry.directory(), 0, String.valueOf(e.getMessage()))));
    }
  }

  /// What is wrong with a block in a local directory; tells progress.
  static List<Finding> verify(FileSystem files, PrintStream progress, BlockCatalog.Readable entry) {
    var last = new long[1];
    return new BlockVerifier(files, SealedFiles.mapped(), entry.directory(), (bytes, total) -> {
      if (bytes - last[0] >= PROGRESS_BYTES) {
        last[0] = bytes;
        progress
            .println("verifying " + entry.ulid() + ": " + (bytes >> 20) + " of " + (total >> 20) + " MiB");
      }
    }).verify();
  }
}
