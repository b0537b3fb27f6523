package dev.marmoset.storage.head;

/// One late sample: not newer than the latest of its series when it was applied.
///
/// @param id    series id
/// @param kind  [#FLOAT] or [#HISTOGRAM]
/// @param t     sample time, ms
/// @param value value bits of a float; for a histogram the offset of its encoded form in the window's scratch file
record LateRow(int id, int kind, long t, long value) {
  static final int FLOAT = 1;
  static final int HISTOGRAM = 2;

  /// Bytes of a row on scratch: id, kind (4 B each), time, value (8 B each), little-endian.
  static final int BYTES = 24;

  void write(byte[] target, int offset) {
    Bytes.putInt(target, offset, id);
    Bytes.putInt(target, offset + 4, kind);
    Bytes.putLong(target, offset + 8, t);
    Bytes.putLong(target, offset + 16, value);
  }

  static LateRow read(byte[] source, int offset) {
    return new LateRow(Bytes.getInt(source, offset), Bytes.getInt(source, offset + 4),
        Bytes.getLong(source, offset + 8),
        Bytes.getLong(source, offset + 16));
  }
}
