package dev.marmoset.storage.labels;

import java.util.Arrays;

/// The canonical bytes of a label set: what identifies a series on the write path.
///
/// One entry per label, names strictly ascending by unsigned UTF-8 bytes, no empty name, no empty value:
///
/// | bytes   | field                                                         |
/// |---------|---------------------------------------------------------------|
/// | 1       | `0x0A`, entry                                                 |
/// | 1..5    | length of the rest of the entry, minimal LEB128               |
/// | 1       | `0x0A`, name                                                  |
/// | 1..5, n | length of the name, minimal LEB128, and the name in UTF-8     |
/// | 1       | `0x12`, value                                                 |
/// | 1..5, n | length of the value, minimal LEB128, and the value in UTF-8   |
///
/// These are exactly the bytes that a sender with sorted labels puts into a remote-write 1.0 `TimeSeries`, so its
/// label section is looked up as it lies in the request body, without being copied or parsed. Any other spelling is
/// rewritten into this form first.
public final class LabelRegion {
  /// Tag of an entry.
  public static final int ENTRY_TAG = 0x0A;
  /// Tag of the name in an entry.
  public static final int NAME_TAG = 0x0A;
  /// Tag of the value in an entry.
  public static final int VALUE_TAG = 0x12;

  private LabelRegion() {}

  /// Bytes that the canonical entry of a label takes, tag included.
  public static int entryLength(int nameLength, int valueLength) {
    int body = bodyLength(nameLength, valueLength);
    return 1 + varintLength(body) + body;
  }

  /// Writes one entry and returns the offset behind it.
  ///
  /// @param target      receives the entry from `offset` on; the caller has made room by [#entryLength]
  /// @param source      holds the name and the value as UTF-8
  public static int writeEntry(byte[] target, int offset, byte[] source, int nameOffset, int nameLength,
      int valueOffset, int valueLength) {
    int at = offset;
    target[at++] = ENTRY_TAG;
    at = writeVarint(target, at, bodyLength(nameLength, valueLength));
    target[at++] = NAME_TAG;
    at = writeVarint(target, at, nameLength);
    System.arraycopy(source, nameOffset, target, at, nameLength);
    at += nameLength;
    target[at++] = VALUE_TAG;
    at = writeVarint(target, at, valueLength);
    System.arraycopy(source, valueOffset, target, at, valueLength);
    return at + valueLength;
  }

  /// The canonical bytes of `labels`, in a new array. Empty values are left out.
  public static byte[] encode(Labels labels) {
    int length = 0;
    for (int i = 0; i < labels.size(); i++) {
      length += labels.valueBytes(i).length == 0 ? 0
          : entryLength(labels.nameBytes(i).length, labels.valueBytes(i).length);
    }
    byte[] region = new byte[length];
    int at = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (labels.valueBytes(i).length > 0) {
        at = writePair(region, at, labels.nameBytes(i), labels.valueBytes(i));
      }
    }
    return region;
  }

  /// Reads canonical bytes back.
  ///
  /// @throws IllegalArgumentException if the bytes are not a canonical region: every caller has validated them before
  public static Labels decode(byte[] region, int offset, int length) {
    var cursor = new Cursor(region, offset, length);
    byte[][] parts = new byte[8][];
    int n = 0;
    while (cursor.next()) {
      if (n == parts.length) {
        parts = Arrays.copyOf(parts, n * 2);
      }
      parts[n++] = Arrays.copyOfRange(region, cursor.nameOffset, cursor.nameOffset + cursor.nameLength);
      parts[n++] = Arrays.copyOfRange(region, cursor.valueOffset, cursor.valueOffset + cursor.valueLength);
    }
    return Labels.ofSorted(Arrays.copyOf(parts, n));
  }

  private static int writePair(byte[] target, int offset, byte[] name, byte[] value) {
    int at = offset;
    target[at++] = ENTRY_TAG;
    at = writeVarint(target, at, bodyLength(name.length, value.length));
    target[at++] = NAME_TAG;
    at = writeVarint(target, at, name.length);
    System.arraycopy(name, 0, target, at, name.length);
    at += name.length;
    target[at++] = VALUE_TAG;
    at = writeVarint(target, at, value.length);
    System.arraycopy(value, 0, target, at, value.length);
    return at + value.length;
  }

  private static int bodyLength(int nameLength, int valueLength) {
    return 1 + varintLength(nameLength) + nameLength + 1 + varintLength(valueLength) + valueLength;
  }

  private static int varintLength(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  private static int writeVarint(byte[] target, int offset, int value) {
    int at = offset;
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }

  /// Walks the entries of a canonical region without copying. Not thread-safe; reusable through [#reset].
  public static final class Cursor {
    private byte[] region;
    private int at;
    private int end;
    /// Where the current name begins in the region's array.
    public int nameOffset;
    /// Bytes of the current name.
    public int nameLength;
    /// Where the current value begins in the region's array.
    public int valueOffset;
    /// Bytes of the current value.
    public int valueLength;

    /// A cursor before the first entry of `length` bytes from `offset` on.
    public Cursor(byte[] region, int offset, int length) {
      this.region = region;
      this.at = offset;
      this.end = offset + length;
    }

    /// Places the cursor before the first entry of another region.
    public void reset(byte[] newRegion, int offset, int length) {
      region = newRegion;
      at = offset;
      end = offset + length;
    }

    /// Steps to the next entry; false at the end.
    ///
    /// @throws IllegalArgumentException if the bytes do not have the canonical layout
    public boolean next() {
      if (at >= end) {
        return false;
      }
      expect(ENTRY_TAG);
      int bodyEnd = varint();
      bodyEnd += at;
      expect(NAME_TAG);
      nameLength = varint();
      nameOffset = at;
      at += nameLength;
      expect(VALUE_TAG);
      valueLength = varint();
      valueOffset = at;
      at += valueLength;
      if (at != bodyEnd || at > end) {
        throw new IllegalArgumentException(
            "label region entry ends at " + at + ", its length says " + bodyEnd);
      }
      return true;
    }

    private void expect(int tag) {
      if (at >= end || region[at] != tag) {
        throw new IllegalArgumentException("label region has no tag " + tag + " at offset " + at);
      }
      at++;
    }

    private int varint() {
      int value = 0;
      for (int shift = 0; shift < 35 && at < end; shift += 7) {
        byte b = region[at++];
        value |= (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("label region has an unfinished length at offset " + at);
    }
  }
}
