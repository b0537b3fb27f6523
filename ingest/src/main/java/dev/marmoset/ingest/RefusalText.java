package dev.marmoset.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.storage.labels.LabelRegion;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Words a refusal for the sender's log: counts per reason, what is likely wrong, a few examples. At most 1 KiB,
/// because Prometheus logs the first 1024 bytes and a line per sample helps nobody.
final class RefusalText {
  /// Bytes of UTF-8.
  static final int MAX_BYTES = 1024;
  private static final int MAX_LABELS_CHARS = 120;

  private final WriteBatch batch;
  private final WriteStats stats;
  private final StringBuilder text = new StringBuilder(256);

  private RefusalText(WriteBatch batch, WriteStats stats) {
    this.batch = batch;
    this.stats = stats;
  }

  /// The text for a request of which something was refused.
  static String of(WriteBatch batch, WriteStats stats) {
    var refusal = new RefusalText(batch, stats);
    refusal.counts();
    refusal.hints();
    refusal.examples();
    return fitting(refusal.text.toString(), MAX_BYTES);
  }

  /// The longest prefix of `text` that takes at most `maxBytes` in UTF-8 and ends between characters.
  static String fitting(String text, int maxBytes) {
    byte[] utf8 = text.getBytes(UTF_8);
    int end = Math.min(maxBytes, utf8.length);
    while (end < utf8.length && (utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return end == utf8.length ? text : new String(utf8, 0, end, UTF_8);
  }

  private void counts() {
    int all = stats.refusedTotal() + stats.acceptedTotal();
    text.append("refused ").append(stats.refusedTotal()).append(" of ").append(all)
        .append(batch.exemplars().size() > 0 ? " samples and exemplars" : " samples");
    String separator = ": ";
    for (RejectReason reason : RejectReason.values()) {
      if (stats.refused(reason) > 0) {
        text.append(separator).append(reason.text()).append(' ').append(stats.refused(reason));
        separator = ", ";
      }
    }
    text.append(stats.acceptedTotal() > 0 ? "; the others are stored\n" : "\n");
  }

  private void hints() {
    if (stats.refused(RejectReason.TOO_OLD) > 0) {
      if (stats.looksLikeSeconds()) {
        text.append("timestamp looks like seconds, expected milliseconds\n");
      }
      text.append("samples may be at most ").append(words(stats.windowMs()))
          .append(" old by the store's clock (--tsdb.out-of-order.time-window)\n");
    }
    if (stats.refused(RejectReason.TOO_NEW) > 0) {
      if (stats.looksLikeMicros()) {
        text.append("timestamp looks like micro- or nanoseconds, expected milliseconds\n");
      } else {
        text.append("sender clock is ").append(words(stats.farthestAheadMs())).append(" ahead\n");
      }
    }
  }

  private void examples() {
    for (int i = 0; i < stats.examples(); i++) {
      int series = stats.exampleSeries(i);
      text.append(i == 0 ? "e.g. " : "     ").append(stats.exampleReason(i).tag()).append(' ');
      labels(series);
      if (stats.exampleTimed(i)) {
        text.append(" at ").append(stats.exampleTime(i)).append(instant(stats.exampleTime(i)));
      }
      text.append(stats.exampleDetail(i).isEmpty() ? "" : ": ").append(stats.exampleDetail(i));
      text.append('\n');
    }
  }

  /// The labels as they came, whatever is wrong with them.
  private void labels(int series) {
    int start = text.length();
    batch.spellOut(series);
    var in = new WireReader();
    in.reset(batch.region(series), batch.regionOffset(series), batch.regionLength(series));
    text.append('{');
    while (in.more() && text.length() - start < MAX_LABELS_CHARS) {
      int tag = in.tag();
      if (tag == LabelRegion.ENTRY_TAG) {
        label(in, series);
      } else {
        in.skip(tag);
      }
    }
    boolean cut = text.length() - start >= MAX_LABELS_CHARS;
    text.setLength(Math.min(text.length(), start + MAX_LABELS_CHARS));
    text.append(cut ? "…}" : "}");
  }

  private void label(WireReader in, int series) {
    byte[] region = batch.region(series);
    int outer = in.enter();
    text.append(text.charAt(text.length() - 1) == '{' ? "" : ", ");
    while (in.more()) {
      int tag = in.tag();
      if (tag == LabelRegion.NAME_TAG || tag == LabelRegion.VALUE_TAG) {
        int length = in.length();
        String part = printable(new String(region, in.offset(), Math.min(length, MAX_LABELS_CHARS), UTF_8));
        text.append(tag == LabelRegion.NAME_TAG ? part : "=\"" + part + '"');
        in.advance(length);
      } else {
        in.skip(tag);
      }
    }
    in.leave(outer);
  }

  /// Control characters would break the sender's log line.
  private static String printable(String part) {
    var safe = new StringBuilder(part.length());
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '"' || c == '\\') {
        safe.append('\\').append(c);
      } else {
        safe.append(Character.isISOControl(c) ? '·' : c);
      }
    }
    return safe.toString();
  }

  private static String words(long ms) {
    return Duration.ofSeconds(ms / 1000).toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /// The time as a date, where it is one that people use.
  private static String instant(long ms) {
    boolean readable = ms > 0 && ms < 253_402_300_800_000L;
    return readable ? " (" + Instant.ofEpochMilli(ms) + ')' : "";
  }
}
