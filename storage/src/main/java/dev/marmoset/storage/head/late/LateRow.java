package dev.marmoset.storage.head.late;

/// One late sample: not newer than the latest of its series when it was applied.
///
/// @param id    series id
/// @param kind  [#FLOAT] or [#HISTOGRAM]
/// @param t     sample time, ms
/// @param value value bits of a float; for a histogram the offset of its encoded form in the window's scratch file
public record LateRow(int id, int kind, long t, long value) {
  static final int FLOAT = 1;
  static final int HISTOGRAM = 2;
}
