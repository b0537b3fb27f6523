package dev.marmoset.ingest.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Reads exemplars of both versions. Their labels come in any order and leave sorted, without empty values.
///
/// What makes a message unreadable is latched in the [WireReader]; what is wrong with the labels alone is a [#fault] of
/// the exemplar. Reused from exemplar to exemplar; one thread at a time.
public final class ExemplarReader {
  /// Characters of all names and values together, Unicode code points (facts: OpenMetrics' bound).
  public static final int MAX_CHARACTERS = 128;
  /// A character takes at most four bytes.
  private static final int MAX_BYTES = 4 * MAX_CHARACTERS;
  private static final int MAX_PARTS = 2 * MAX_CHARACTERS;
  private static final int LABEL = 1 << 3 | WireReader.BYTES;
  private static final int REF = 1 << 3 | WireReader.VARINT;
  private static final int VALUE = 2 << 3 | WireReader.FIXED64;
  private static final int TIMESTAMP = 3 << 3 | WireReader.VARINT;
  private static final int EXEMPLAR_FIELDS = 3;
  private static final int LABEL_NAME = 1 << 3 | WireReader.BYTES;
  private static final int LABEL_VALUE = 2 << 3 | WireReader.BYTES;
  private static final int LABEL_FIELDS = 2;

  private final WireReader in;
  private final int[] offset = new int[MAX_PARTS];
  private final int[] length = new int[MAX_PARTS];
  private int parts;
  private boolean tooLong;
  private long valueBits;
  private long time;
  private String fault = "";
  private Labels labels = Labels.EMPTY;

  /// @param in stands behind the tag of the message at each read
  public ExemplarReader(WireReader in) {
    this.in = in;
  }

  /// Reads a `prometheus.Exemplar`.
  ///
  /// @param source the bytes that `in` reads
  public void readV1(byte[] source) {
    begin();
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      if (tag == LABEL) {
        label();
      } else {
        field(tag);
      }
    }
    in.leave(outer);
    finish(source, false);
  }

  /// Reads an `io.prometheus.write.v2.Exemplar`.
  ///
  /// @param source       the bytes that `in` reads
  /// @param symbols      size of the symbol table
  /// @param symbolOffset where the symbols lie in `source`
  /// @param symbolLength their lengths, bytes
  public void readV2(byte[] source, int symbols, int[] symbolOffset, int[] symbolLength) {
    begin();
    boolean badRef = false;
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case LABEL -> {
          int packed = in.enter();
          while (in.more()) {
            badRef |= !ref((int) in.varint(), symbols, symbolOffset, symbolLength);
          }
          in.leave(packed);
        }
        case REF -> badRef |= !ref((int) in.varint(), symbols, symbolOffset, symbolLength);
        default -> field(tag);
      }
    }
    in.leave(outer);
    finish(source, badRef || (parts & 1) != 0);
  }

  /// Time, ms since the epoch.
  public long time() {
    return time;
  }

  /// Raw bits of the value.
  public long valueBits() {
    return valueBits;
  }

  /// Its labels; empty when there is a [#fault].
  public Labels labels() {
    return labels;
  }

  /// What is wrong with the labels, fit for the sender; the empty string when nothing is.
  public String fault() {
    return fault;
  }

  private void begin() {
    parts = 0;
    tooLong = false;
    valueBits = 0;
    time = 0;
    fault = "";
    labels = Labels.EMPTY;
  }

  private void field(int tag) {
    switch (tag) {
      case VALUE -> valueBits = in.fixed64();
      case TIMESTAMP -> time = in.varint();
      default -> in.skipUnknown(tag, EXEMPLAR_FIELDS);
    }
  }

  private void label() {
    int name = part(0, 0);
    int value = part(0, 0);
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case LABEL_NAME -> text(name);
        case LABEL_VALUE -> text(value);
        default -> in.skipUnknown(tag, LABEL_FIELDS);
      }
    }
    in.leave(outer);
  }

  private void text(int part) {
    int bytes = in.length();
    offset[part] = in.offset();
    length[part] = bytes;
    in.advance(bytes);
  }

  private boolean ref(int symbol, int symbols, int[] symbolOffset, int[] symbolLength) {
    boolean inRange = Integer.compareUnsigned(symbol, symbols) < 0;
    if (inRange) {
      part(symbolOffset[symbol], symbolLength[symbol]);
    }
    return inRange;
  }

  /// Takes a name or a value; beyond the bound the last places are overwritten, because nothing is kept then.
  private int part(int at, int bytes) {
    if (parts == MAX_PARTS) {
      tooLong = true;
      parts -= 2;
    }
    offset[parts] = at;
    length[parts] = bytes;
    return parts++;
  }

  private void finish(byte[] source, boolean badRef) {
    if (in.failed()) {
      return;
    }
    fault = badRef ? "odd number of labels_refs or symbol reference out of range" : texts(source);
    if (fault.isEmpty() && parts > 0) {
      Labels built = build(source);
      labels = built == null ? Labels.EMPTY : built;
    }
  }

  private String texts(byte[] source) {
    long bytes = 0;
    for (int i = 0; i < parts; i++) {
      bytes += length[i];
    }
    if (tooLong || bytes > MAX_BYTES || characters(source) > MAX_CHARACTERS) {
      return "labels of more than " + MAX_CHARACTERS + " characters";
    }
    for (int i = 0; i < parts; i++) {
      if (!Utf8.valid(source, offset[i], length[i])) {
        return "label is not valid UTF-8";
      }
      if ((i & 1) == 0 && length[i] == 0) {
        return "empty label name";
      }
    }
    return "";
  }

  private int characters(byte[] source) {
    int characters = 0;
    for (int i = 0; i < parts; i++) {
      for (int at = offset[i]; at < offset[i] + length[i]; at++) {
        characters += (source[at] & 0xC0) == 0x80 ? 0 : 1;
      }
    }
    return characters;
  }

  /// The labels, or null with a fault. A duplicate counts also when its value is empty.
  private @Nullable Labels build(byte[] source) {
    byte[][][] pairs = new byte[parts / 2][][];
    int filled = 0;
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = new byte[][] {copy(source, 2 * i), copy(source, 2 * i + 1)};
      filled += pairs[i][1].length > 0 ? 1 : 0;
    }
    Arrays.sort(pairs, Comparator.comparing(pair -> pair[0], Arrays::compareUnsigned));
    byte[][] sorted = new byte[2 * filled][];
    int at = 0;
    for (int i = 0; i < pairs.length; i++) {
      if (i > 0 && Arrays.equals(pairs[i - 1][0], pairs[i][0])) {
        fault = "duplicate label name \"" + new String(pairs[i][0], UTF_8) + '"';
        return null;
      }
      if (pairs[i][1].length > 0) {
        sorted[at++] = pairs[i][0];
        sorted[at++] = pairs[i][1];
      }
    }
    return Labels.ofSorted(sorted);
  }

  private byte[] copy(byte[] source, int part) {
    return Arrays.copyOfRange(source, offset[part], offset[part] + length[part]);
  }
}
