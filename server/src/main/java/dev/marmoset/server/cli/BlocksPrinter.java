package dev.marmoset.server.cli;

import dev.marmoset.server.cli.BlocksCommand.Report;
import dev.marmoset.server.config.ByteSizes;
import dev.marmoset.server.json.JsonWriter;
import dev.marmoset.storage.block.BlockCatalog;
import dev.marmoset.storage.block.BlockInspection;
import dev.marmoset.storage.block.meta.BlockMeta;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// Writes the answer of the `blocks` command.
final class BlocksPrinter {
  /// Labels shown of an inspected block: those with most values.
  private static final int LABELS = 10;
  private static final String ROW = "%-26s  %-20s  %-20s  %5s  %9s  %12s  %9s  %9s  %s%n";

  private BlocksPrinter() {}

  /// A table for people; below a block what is in it, or what is wrong with it.
  static String table(List<Report> reports, Invocation.Blocks query) {
    if (reports.isEmpty()) {
      return "no blocks in " + query.place() + "\n";
    }
    var text =
        new StringBuilder(String.format(ROW, "BLOCK", "FROM", "TO", "LEVEL", "SERIES", "SAMPLES", "CHUNKS",
            "SIZE", query.verb() == Invocation.BlocksVerb.VERIFY ? "VERDICT" : ""));
    for (Report report : reports) {
      text.append(row(report, query.verb()));
      report.inspection().forEach(inspection -> text.append(parts(inspection)));
      report.findings().forEach(finding -> text.append("    ").append(finding).append('\n'));
    }
    long faulty = reports.stream().filter(report -> !report.findings().isEmpty()).count();
    return text.append(reports.size()).append(" blocks, ").append(faulty).append(" with findings\n")
        .toString();
  }

  private static String row(Report report, Invocation.BlocksVerb verb) {
    String verdict =
        verb != Invocation.BlocksVerb.VERIFY ? "" : report.findings().isEmpty() ? "ok" : "FAULTY";
    return switch (report.entry()) {
      case BlockCatalog.Readable(var ulid, var _, BlockMeta meta, long bytes) ->
        String.format(ROW, ulid, Instant.ofEpochMilli(meta.minTime()), Instant.ofEpochMilli(meta.maxTime()),
            meta.compaction().level(), meta.stats().series(), meta.stats().samples(), meta.stats().chunks(),
            ByteSizes.format(bytes), verdict);
      case BlockCatalog.Unreadable(var ulid, var _, String reason) ->
        ulid + "  " + (report.findings().isEmpty() ? "no block: " + reason : "unreadable") + '\n';
    };
  }

  private static String parts(BlockInspection inspection) {
    var text = new StringBuilder(String.format(Locale.ROOT,
        "    index %d B (%.1f B/series), chunks %d B in %d files (%.2f B/sample), %d symbols%n",
        inspection.indexBytes(),
        inspection.indexBytesPerSeries(), inspection.chunkBytes(), inspection.segments(),
        inspection.chunkBytesPerSample(), inspection.symbols()));
    inspection.labels().stream().limit(LABELS)
        .forEach(label -> text.append(String.format("    %8d values of %s%n", label.values(), label.name())));
    return text.toString();
  }

  /// An array of objects for programs; times in ms.
  static String json(List<Report> reports, Invocation.BlocksVerb verb) {
    var json = new JsonWriter().array();
    for (Report report : reports) {
      json.object().field("ulid", report.entry().ulid().toString())
          .field("directory", report.entry().directory().toString());
      if (report.entry() instanceof BlockCatalog.Readable readable) {
        meta(json, readable);
      }
      report.inspection().forEach(inspection -> inspection(json, inspection));
      if (verb == Invocation.BlocksVerb.VERIFY || !report.findings().isEmpty()) {
        json.key("findings").array();
        report.findings().forEach(finding -> json.object().field("file", finding.file().toString())
            .field("offset", finding.offset()).field("text", finding.text()).endObject());
        json.endArray();
      }
      json.endObject();
    }
    return json.endArray() + "\n";
  }

  private static void meta(JsonWriter json, BlockCatalog.Readable block) {
    BlockMeta meta = block.meta();
    json.field("minTime", meta.minTime()).field("maxTime", meta.maxTime())
        .field("level", meta.compaction().level()).field("series", meta.stats().series())
        .field("samples", meta.stats().samples()).field("chunks", meta.stats().chunks())
        .field("bytes", block.bytes());
  }

  private static void inspection(JsonWriter json, BlockInspection inspection) {
    json.field("indexBytes", inspection.indexBytes()).field("chunkBytes", inspection.chunkBytes())
        .field("chunkFiles", inspection.segments()).field("symbols", inspection.symbols()).key("labels")
        .object();
    inspection.labels().forEach(label -> json.field(label.name(), label.values()));
    json.endObject();
  }
}
