package dev.marmoset.ingest.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.MetricMetadata;
import org.jspecify.annotations.Nullable;

/// Reads metadata of both versions. Reused from message to message; one thread at a time.
public final class MetadataReader {
  /// Bytes of family, help and unit together; what is longer is not kept.
  public static final int MAX_BYTES = 4096;
  private static final int TYPE = 1 << 3 | WireReader.VARINT;
  private static final int FAMILY = 2 << 3 | WireReader.BYTES;
  /// Field 3 of 1.0 metadata was never given out.
  private static final int UNUSED_FIELD = 3;
  private static final int HELP = 4 << 3 | WireReader.BYTES;
  private static final int UNIT = 5 << 3 | WireReader.BYTES;
  private static final int FIELDS = 5;
  /// Field 2 of 2.0 metadata was never given out.
  private static final int UNUSED_FIELD_V2 = 2;
  private static final int HELP_REF = 3 << 3 | WireReader.VARINT;
  private static final int UNIT_REF = 4 << 3 | WireReader.VARINT;
  private static final int FIELDS_V2 = 4;

  private final WireReader in;
  private int type;
  private int familyOffset;
  private int familyLength;
  private int helpOffset;
  private int helpLength;
  private int unitOffset;
  private int unitLength;
  private int helpRef;
  private int unitRef;

  /// @param in stands behind the tag of the message at each read
  public MetadataReader(WireReader in) {
    this.in = in;
  }

  /// Forgets the message read last.
  public void begin() {
    type = 0;
    familyLength = 0;
    helpLength = 0;
    unitLength = 0;
    helpRef = 0;
    unitRef = 0;
  }

  /// Reads a `prometheus.MetricMetadata`.
  public void readV1() {
    begin();
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case TYPE -> type = (int) in.varint();
        case FAMILY -> {
          familyLength = in.length();
          familyOffset = in.offset();
          in.advance(familyLength);
        }
        case HELP -> {
          helpLength = in.length();
          helpOffset = in.offset();
          in.advance(helpLength);
        }
        case UNIT -> {
          unitLength = in.length();
          unitOffset = in.offset();
          in.advance(unitLength);
        }
        default -> skip(tag, UNUSED_FIELD, FIELDS);
      }
    }
    in.leave(outer);
  }

  /// Reads an `io.prometheus.write.v2.Metadata` after [#begin]. When a series has it twice, the later fields win.
  public void readV2() {
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case TYPE -> type = (int) in.varint();
        case HELP_REF -> helpRef = (int) in.varint();
        case UNIT_REF -> unitRef = (int) in.varint();
        default -> skip(tag, UNUSED_FIELD_V2, FIELDS_V2);
      }
    }
    in.leave(outer);
  }

  /// Whether the references to help and unit lie in the symbol table. 0 is also what an absent reference reads as.
  public boolean inRange(int symbols) {
    int size = Math.max(symbols, 1);
    return Integer.compareUnsigned(helpRef, size) < 0 && Integer.compareUnsigned(unitRef, size) < 0;
  }

  /// Whether 2.0 metadata says anything.
  public boolean saysAnything() {
    return type != 0 || helpRef != 0 || unitRef != 0;
  }

  /// Number of the type.
  public int type() {
    return type;
  }

  /// Symbol of the help.
  public int helpRef() {
    return helpRef;
  }

  /// Symbol of the unit.
  public int unitRef() {
    return unitRef;
  }

  /// Takes family, help and unit of 2.0 from the symbols. The family is the series' name without the suffix that its
  /// type adds to the samples.
  ///
  /// @param source       the bytes that `in` reads
  /// @param name         symbol of the series' name
  /// @param symbolOffset where the symbols lie in `source`
  /// @param symbolLength their lengths, bytes
  public void resolve(byte[] source, int name, int[] symbolOffset, int[] symbolLength) {
    familyOffset = symbolOffset[name];
    familyLength = symbolLength[name] - FamilySuffix.length(type, source, familyOffset, symbolLength[name]);
    helpOffset = symbolLength.length == 0 ? 0 : symbolOffset[helpRef];
    helpLength = helpRef == 0 ? 0 : symbolLength[helpRef];
    unitOffset = symbolLength.length == 0 ? 0 : symbolOffset[unitRef];
    unitLength = unitRef == 0 ? 0 : symbolLength[unitRef];
  }

  /// What was read, or null when it cannot be kept: no family, too long, or not UTF-8.
  ///
  /// @param source the bytes that `in` reads
  public @Nullable MetricMetadata metadata(byte[] source) {
    boolean good = familyLength > 0 && (long) familyLength + helpLength + unitLength <= MAX_BYTES
        && Utf8.valid(source, familyOffset, familyLength) && Utf8.valid(source, helpOffset, helpLength)
        && Utf8.valid(source, unitOffset, unitLength);
    return good ? new MetricMetadata(text(source, familyOffset, familyLength), (type & ~0xFF) == 0 ? type : 0,
        text(source, helpOffset, helpLength), text(source, unitOffset, unitLength)) : null;
  }

  private void skip(int tag, int unused, int known) {
    if (tag >>> 3 == unused) {
      in.skip(tag);
    } else {
      in.skipUnknown(tag, known);
    }
  }

  private static String text(byte[] source, int offset, int length) {
    return length == 0 ? "" : new String(source, offset, length, UTF_8);
  }
}
