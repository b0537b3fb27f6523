package dev.marmoset.storage.log.record;

import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.column.FloatDecoder;
import dev.marmoset.storage.log.column.HistogramCodec;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogState;
import dev.marmoset.storage.log.entry.LogVisitor;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Decodes the records of one segment and keeps what they define. Not thread-safe; one per segment.
public final class RecordDecoder implements AutoCloseable {
  /// What became of a record.
  public enum Result {
    /// Delivered.
    DONE,
    /// Written by a newer version; nothing was delivered.
    TOO_NEW,
    /// Valid by its checksum but not by its content.
    MALFORMED
  }

  private final RecordBody body = new RecordBody();
  private final ByteReader sections = new ByteReader(new byte[0], 0, 0);
  private final ByteReader section = new ByteReader(new byte[0], 0, 0);
  private final ByteReader element = new ByteReader(new byte[0], 0, 0);
  private final FloatDecoder floats = new FloatDecoder();
  private byte[][] symbols = new byte[64][];
  private int symbolCount;
  private int seriesCount;
  private long samples;
  private long floor;
  private boolean accepted;
  private String why = "";

  /// Delivers the content of the record found.
  public Result decode(RecordScanner record, LogVisitor visitor) {
    int type = record.type();
    if ((record.flags() & ~(LogFormat.COMPRESSION_MASK | LogFormat.SKIPPABLE_TYPE)) != 0 || record.zero() != 0
        || (record.flags() & LogFormat.COMPRESSION_MASK) > LogFormat.DEFLATE) {
      return result(Result.TOO_NEW, "record flags " + record.flags() + ", " + record.zero());
    }
    if (type < LogFormat.OPEN || type > LogFormat.END) {
      boolean skippable = (record.flags() & LogFormat.SKIPPABLE_TYPE) != 0;
      return skippable ? Result.DONE : result(Result.TOO_NEW, "record of type " + type);
    }
    if (type <= LogFormat.SEAL != (record.sequence() == 0)) {
      return result(Result.MALFORMED, "record of type " + type + " as number " + record.sequence());
    }
    if (!body.open(record, sections)) {
      return result(Result.MALFORMED, "compressed body does not uncompress");
    }
    int from = sections.position();
    int length = sections.remaining();
    Result known = checkSections();
    if (known == Result.DONE) {
      sections.reset(sections.array(), from, length);
      return deliver(visitor, type == LogFormat.END);
    }
    return known;
  }

  private Result result(Result result, String reason) {
    why = reason;
    return result;
  }

  /// A record is delivered whole or not at all, as far as its version goes.
  private Result checkSections() {
    long unknown = -1;
    while (sections.remaining() > 0) {
      long id = sections.uvarint();
      sections.skip(sections.count(sections.remaining()));
      if (unknown < 0 && Long.compareUnsigned(id, LogFormat.FIRST_SKIPPABLE_SECTION) < 0
          && (id < LogFormat.IDENTITY || id > LogFormat.TOUCHED)) {
        unknown = id;
      }
    }
    if (!sections.ok()) {
      return result(Result.MALFORMED, "sections: " + sections.error());
    }
    return unknown < 0 ? Result.DONE : result(Result.TOO_NEW, "section " + unknown);
  }

  private Result deliver(LogVisitor visitor, boolean ends) {
    accepted = false;
    while (sections.remaining() > 0) {
      long id = sections.uvarint();
      int length = sections.count(sections.remaining());
      section.reset(sections.array(), sections.position(), length);
      sections.skip(length);
      if (id <= LogFormat.METADATA && id >= 0) {
        section((int) id, visitor);
      }
      if (!section.ok()) {
        return result(Result.MALFORMED, "section " + id + ": " + section.error());
      }
    }
    if (ends) {
      visitor.segmentEnd();
    }
    return Result.DONE;
  }

  private void section(int id, LogVisitor visitor) {
    switch (id) {
      case LogFormat.ACCEPT -> accept(visitor);
      case LogFormat.SYMBOLS -> symbols();
      case LogFormat.SERIES -> series(visitor);
      case LogFormat.FLOATS -> floats(visitor);
      case LogFormat.HISTOGRAMS -> histograms(visitor);
      case LogFormat.STATE -> state(visitor);
      case LogFormat.NOTE -> note(visitor);
      case LogFormat.TOUCHED -> touched(visitor);
      case LogFormat.EXEMPLARS -> exemplars(visitor);
      case LogFormat.METADATA -> metadata(visitor);
      default -> {
        // IDENTITY and PREVIOUS concern SegmentHead; the others from 128 on concern nobody here.
      }
    }
  }

  private void accept(LogVisitor visitor) {
    long window = section.uvarint();
    floor = section.zigzag();
    if (section.ok()) {
      accepted = true;
      visitor.accept(window, floor);
    }
  }

  private void symbols() {
    int n = section.elements(1);
    if (symbolCount + n > symbols.length) {
      symbols = Arrays.copyOf(symbols, Math.max(symbolCount + n, symbols.length * 2));
    }
    for (int i = 0; i < n && section.ok(); i++) {
      symbols[symbolCount++] = section.sizedBytes();
    }
  }

  private void series(LogVisitor visitor) {
    int n = section.elements(1);
    for (int i = 0; i < n; i++) {
      int pairs = section.elements(2);
      byte[][] parts = new byte[pairs * 2][];
      for (int j = 0; j < parts.length; j++) {
        parts[j] = symbol(section.count(Integer.MAX_VALUE));
      }
      Labels labels = sorted(parts);
      if (labels == null) {
        return;
      }
      visitor.series(seriesCount++, labels);
    }
  }

  private byte[] symbol(long number) {
    if (number >= symbolCount) {
      section.fail("symbol " + number + " of " + symbolCount);
    }
    return section.ok() ? symbols[(int) number] : new byte[0];
  }

  private @Nullable Labels sorted(byte[][] parts) {
    if (section.ok()) {
      try {
        return Labels.ofSorted(parts);
      } catch (IllegalArgumentException e) {
        section.fail(String.valueOf(e.getMessage()));
      }
    }
    return null;
  }

  private void floats(LogVisitor visitor) {
    if (!accepted) {
      section.fail("samples without a floor");
      return;
    }
    samples += floats.decode(section, floor, seriesCount, visitor);
  }

  private void histograms(LogVisitor visitor) {
    if (!accepted) {
      section.fail("samples without a floor");
    }
    int n = section.elements(3);
    long number = 0;
    long t = floor;
    for (int i = 0; i < n && section.ok(); i++) {
      number += section.zigzag();
      t += section.zigzag();
      int length = section.count(section.remaining());
      element.reset(section.array(), section.position(), length);
      section.skip(length);
      HistogramSample sample = HistogramCodec.read(element);
      if (number < 0 || number >= seriesCount || !element.ok()) {
        section.fail("histogram of series " + number + " of " + seriesCount + ": " + element.error());
      }
      if (section.ok()) {
        samples++;
        visitor.histogram((int) number, t, sample);
      }
    }
  }

  private void state(LogVisitor visitor) {
    int flags = section.u8();
    long secondsReady = section.uvarint();
    int n = section.elements(Ulid.BYTES + 2);
    var consumed = new ArrayList<LogPosition>(n);
    for (int i = 0; i < n; i++) {
      byte[] incarnation = section.bytes(Ulid.BYTES);
      long segment = section.uvarint();
      long offset = section.uvarint();
      if (section.ok()) {
        consumed.add(new LogPosition(Ulid.read(incarnation, 0), segment, offset));
      }
    }
    if (section.ok()) {
      visitor.state(new LogState((flags & LogFormat.STATE_READY) != 0, (flags & LogFormat.STATE_LEAVING) != 0,
          secondsReady, consumed));
    }
  }

  private void note(LogVisitor visitor) {
    long window = section.zigzag();
    long number = section.uvarint();
    if (section.ok()) {
      visitor.note(window, number);
    }
  }

  private void touched(LogVisitor visitor) {
    int n = section.elements(3);
    for (int i = 0; i < n && section.ok(); i++) {
      long window = section.zigzag();
      long min = section.zigzag();
      long max = section.zigzag();
      if (section.ok()) {
        visitor.touched(window, min, max);
      }
    }
  }

  private void exemplars(LogVisitor visitor) {
    int n = section.elements(3 + Long.BYTES);
    long number = 0;
    long t = floor;
    for (int i = 0; i < n && section.ok(); i++) {
      number += section.zigzag();
      t += section.zigzag();
      long valueBits = section.u64();
      byte[][] parts = new byte[section.elements(2) * 2][];
      for (int j = 0; j < parts.length; j += 2) {
        parts[j] = symbol(section.count(Integer.MAX_VALUE));
        parts[j + 1] = text();
      }
      if (number < 0 || number >= seriesCount) {
        section.fail("exemplar of series " + number + " of " + seriesCount);
      }
      Labels labels = sorted(parts);
      if (labels != null) {
        samples++;
        visitor.exemplar((int) number, t, valueBits, labels);
      }
    }
  }

  private byte[] text() {
    long u = section.uvarint();
    if ((u & 1) == 0) {
      return symbol(u >>> 1);
    }
    if (u >>> 1 > section.remaining()) {
      section.fail("text of " + (u >>> 1) + " bytes cut off");
      return new byte[0];
    }
    return section.bytes((int) (u >>> 1));
  }

  private void metadata(LogVisitor visitor) {
    int n = section.elements(4);
    for (int i = 0; i < n && section.ok(); i++) {
      String family = section.string();
      int type = section.u8();
      String help = section.string();
      String unit = section.string();
      if (section.ok()) {
        visitor.metadata(new MetricMetadata(family, type, help, unit));
      }
    }
  }

  /// Why the last record was not delivered.
  public String why() {
    return why;
  }

  /// Series that the segment has defined so far.
  public int seriesCount() {
    return seriesCount;
  }

  /// Samples of the segment so far, histograms and exemplars among them.
  public long samples() {
    return samples;
  }

  @Override
  public void close() {
    body.close();
  }
}
