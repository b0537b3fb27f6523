package dev.marmoset.ingest.verdict;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.ingest.decode.IngestLimits.LabelLimits;
import dev.marmoset.ingest.decode.RejectReason;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.storage.labels.LabelRegion;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Words a refusal for the sender's log, so that a person can act on it: the counts in the first line, then a line per
/// reason with its count, the bound that was crossed, what is likely wrong, and an example. At most 1 KiB, because
/// Prometheus logs the first 1024 bytes and a line per sample helps nobody.
public final class RefusalText {
  /// Bytes of UTF-8.
  public static final int MAX_BYTES = 1024;
  /// Reasons that have an example.
  static final int MAX_EXAMPLES = 5;
  private static final int MAX_LABELS_CHARS = 120;
  /// From here on a duration is worded in days.
  private static final long DAYS_MS = 72 * 3_600_000L;

  private final WriteBatch batch;
  private final WriteStats stats;
  private final LabelLimits limits;
  private final StringBuilder text = new StringBuilder(256);
  private int examples;

  private RefusalText(WriteBatch batch, WriteStats stats, LabelLimits limits) {
    this.batch = batch;
    this.stats = stats;
    this.limits = limits;
  }

  /// The text for a request of which something was refused.
  ///
  /// @param limits by which label sets were judged
  static String of(WriteBatch batch, WriteStats stats, LabelLimits limits) {
    var refusal = new RefusalText(batch, stats, limits);
    refusal.counts();
    for (RejectReason reason : RejectReason.values()) {
      if (stats.refused(reason) > 0) {
        refusal.line(reason);
      }
    }
    return fitting(refusal.text.toString(), MAX_BYTES);
  }

  /// The longest prefix of `text` that takes at most `maxBytes` in UTF-8 and ends between characters.
  public static String fitting(String text, int maxBytes) {
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

  private void line(RejectReason reason) {
    text.append(reason.tag()).append(' ').append(stats.refused(reason)).append(": ").append(bound(reason));
    example(reason);
    text.append('\n');
  }

  /// The bound that was crossed, by what it is set, and what is likely wrong.
  private String bound(RejectReason reason) {
    return switch (reason) {
      case TOO_OLD, EXEMPLAR_TOO_OLD -> tooOld();
      case TOO_NEW, EXEMPLAR_TOO_NEW -> tooNew();
      case DUPLICATE -> "the newest sample of the series has this time and another value;"
          + " two senders of one series need a label that tells them apart";
      case MISSING_NAME -> reason.text();
      case EMPTY_LABEL_NAME -> "every label needs a name";
      case DUPLICATE_LABEL -> "a label name may occur once in a series, also with the same value";
      case INVALID_UTF8, MALFORMED_LABELS, BAD_SYMBOL_REF -> reason.text();
      case INVALID_HISTOGRAM -> "a histogram contradicts itself or has a schema that nobody knows";
      case INVALID_EXEMPLAR -> "an exemplar has labels with distinct names, of at most 128 characters in all";
      case NO_SAMPLES -> "a series needs a sample, a histogram or an exemplar";
      case TOO_MANY_LABELS -> "a series may have " + limits.maxLabels() + " labels (--receive.max-labels)";
      case LABEL_NAME_TOO_LONG -> "a label name may have " + limits.maxNameBytes()
          + " bytes (--receive.max-label-name-bytes)";
      case LABEL_VALUE_TOO_LONG -> "a label value may have " + limits.maxValueBytes()
          + " bytes (--receive.max-label-value-bytes)";
      case LABELS_TOO_LONG -> "all labels of a series may have " + limits.maxSetBytes()
          + " bytes (--receive.max-label-set-bytes)";
      case SERIES_LIMIT -> "the store holds as many series as it may (--tsdb.max-series);"
          + " samples of series that it holds are still taken";
      case SENDER_SERIES_LIMIT -> "the sender has created as many series within 24h as it may"
          + " (--receive.sender-max-new-series); samples of series that the store holds are still taken";
      case NEW_SERIES_RATE -> "the store creates as many series per second as it may"
          + " (--receive.max-new-series-per-second); send again";
    };
  }

  private String tooOld() {
    String age = stats.oldestAgeMs() > 0 ? ", the oldest is " + words(stats.oldestAgeMs()) + " old"
        : stats.looksUnset() ? "; the timestamp is 0, which usually means that it was not set" : "";
    return "samples may be at most " + words(stats.windowMs())
        + " old by the store's clock (--tsdb.out-of-order.time-window)"
        + (stats.looksLikeSeconds() ? "; the timestamp looks like seconds, expected milliseconds" : age);
  }

  private String tooNew() {
    String ahead =
        "samples may be at most " + words(WriteStats.ACCEPTED_AHEAD_MS) + " ahead of the store's clock; ";
    if (stats.looksLikeMicros()) {
      return ahead + "the timestamp looks like microseconds, expected milliseconds";
    }
    if (stats.looksLikeNanos()) {
      return ahead + "the timestamp looks like nanoseconds, expected milliseconds";
    }
    return stats.farthestAheadMs() > 0
        ? ahead + "the sender clock is " + words(stats.farthestAheadMs()) + " ahead"
        : ahead + "is the sender's clock ahead?";
  }

  private void example(RejectReason reason) {
    int series = stats.exampleSeries(reason);
    if (series < 0 || examples == MAX_EXAMPLES) {
      return;
    }
    examples++;
    text.append("; e.g. ");
    labels(series);
    if (stats.exampleTimed(reason)) {
      text.append(" at ").append(stats.exampleTime(reason)).append(instant(stats.exampleTime(reason)));
    }
    text.append(stats.exampleDetail(reason).isEmpty() ? "" : ": ").append(stats.exampleDetail(reason));
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
    if (ms >= DAYS_MS) {
      return Duration.ofMillis(ms).toDays() + "d";
    }
    return Duration.ofSeconds(ms / 1000).toString().substring(2).toLowerCase(Locale.ROOT);
  }

  /// The time as a date, where it is one that people use.
  private static String instant(long ms) {
    boolean readable = ms > 0 && ms < 253_402_300_800_000L;
    return readable ? " (" + Instant.ofEpochMilli(ms) + ')' : "";
  }
}
