package dev.marmoset.ingest.wire;

/// Walks messages of which nothing is kept, so that a body is accepted only when all of it parses. Text in them is
/// not tested for UTF-8.
public final class MessageCheck {
  private static final int FIELD_1_VARINT = 1 << 3 | WireReader.VARINT;
  private static final int FIELD_1_BYTES = 1 << 3 | WireReader.BYTES;
  private static final int FIELD_2_BYTES = 2 << 3 | WireReader.BYTES;
  private static final int FIELD_2_FIXED64 = 2 << 3 | WireReader.FIXED64;
  private static final int FIELD_3_VARINT = 3 << 3 | WireReader.VARINT;
  private static final int FIELD_4_VARINT = 4 << 3 | WireReader.VARINT;
  private static final int FIELD_4_BYTES = 4 << 3 | WireReader.BYTES;
  private static final int FIELD_5_BYTES = 5 << 3 | WireReader.BYTES;
  private static final int LABEL_FIELDS = 2;
  private static final int EXEMPLAR_FIELDS = 3;
  private static final int METADATA_FIELDS = 5;
  /// Field 3 of 1.0 metadata was never given out.
  private static final int METADATA_UNUSED_FIELD = 3;

  private static final int METADATA_V2_FIELDS = 4;
  /// Field 2 of 2.0 metadata was never given out.
  private static final int METADATA_V2_UNUSED_FIELD = 2;

  private final WireReader in;
  private int helpRef;
  private int unitRef;

  /// A check that reads from `in`, which stands behind the tag of the message each time.
  public MessageCheck(WireReader in) {
    this.in = in;
  }

  /// `prometheus.Exemplar`.
  public void exemplarV1() {
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case FIELD_1_BYTES -> label();
        case FIELD_2_FIXED64 -> in.fixed64();
        case FIELD_3_VARINT -> in.varint();
        default -> in.skipUnknown(tag, EXEMPLAR_FIELDS);
      }
    }
    in.leave(outer);
  }

  /// `prometheus.MetricMetadata`.
  public void metadataV1() {
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case FIELD_1_VARINT -> in.varint();
        case FIELD_2_BYTES, FIELD_4_BYTES, FIELD_5_BYTES -> in.skipBytes();
        default -> {
          if (tag >>> 3 == METADATA_UNUSED_FIELD) {
            in.skip(tag);
          } else {
            in.skipUnknown(tag, METADATA_FIELDS);
          }
        }
      }
    }
    in.leave(outer);
  }

  /// `io.prometheus.write.v2.Exemplar`.
  ///
  /// @param symbols size of the symbol table
  /// @return whether the label references are pairs and in range
  public boolean exemplarV2(int symbols) {
    long refs = 0;
    boolean good = true;
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case FIELD_1_BYTES -> {
          int packed = in.enter();
          while (in.more()) {
            good &= inRange(in.varint(), symbols);
            refs++;
          }
          in.leave(packed);
        }
        case FIELD_1_VARINT -> {
          good &= inRange(in.varint(), symbols);
          refs++;
        }
        case FIELD_2_FIXED64 -> in.fixed64();
        case FIELD_3_VARINT -> in.varint();
        default -> in.skipUnknown(tag, EXEMPLAR_FIELDS);
      }
    }
    in.leave(outer);
    return good && (refs & 1) == 0;
  }

  /// Forgets the metadata of the last series.
  public void beginMetadata() {
    helpRef = 0;
    unitRef = 0;
  }

  /// `io.prometheus.write.v2.Metadata`. When a series has it twice, the later fields win.
  public void metadataV2() {
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case FIELD_1_VARINT -> in.varint();
        case FIELD_3_VARINT -> helpRef = (int) in.varint();
        case FIELD_4_VARINT -> unitRef = (int) in.varint();
        default -> {
          if (tag >>> 3 == METADATA_V2_UNUSED_FIELD) {
            in.skip(tag);
          } else {
            in.skipUnknown(tag, METADATA_V2_FIELDS);
          }
        }
      }
    }
    in.leave(outer);
  }

  /// Whether the references to help and unit lie in the symbol table. 0 is also what an absent reference reads as.
  public boolean metadataInRange(int symbols) {
    int size = Math.max(symbols, 1);
    return inRange(helpRef, size) && inRange(unitRef, size);
  }

  /// References have 32 bits, more are cut off as protobuf has it.
  private static boolean inRange(long ref, int symbols) {
    return Integer.compareUnsigned((int) ref, symbols) < 0;
  }

  private void label() {
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case FIELD_1_BYTES, FIELD_2_BYTES -> in.skipBytes();
        default -> in.skipUnknown(tag, LABEL_FIELDS);
      }
    }
    in.leave(outer);
  }
}
