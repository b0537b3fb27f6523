package dev.marmoset.ingest.decode;

import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The exemplars of a request, as they came.
public final class ExemplarColumn {
  /// What one exemplar costs without its labels' text: the row, the label set and its arrays.
  private static final int ROW_BYTES = 160;

  private @Nullable Row[] rows = new Row[16];
  private int size;

  /// An exemplar.
  ///
  /// @param t         ms since the epoch
  /// @param valueBits raw bits of the value
  /// @param labels    its labels, sorted
  /// @param fault     what is wrong with its labels; empty when nothing is
  public record Row(long t, long valueBits, Labels labels, String fault) {}

  void clear() {
    Arrays.fill(rows, 0, size, null);
    size = 0;
  }

  /// Adds an exemplar and returns the memory it takes, bytes.
  int add(Row row) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
    }
    rows[size++] = row;
    int bytes = ROW_BYTES;
    for (int i = 0; i < row.labels.size(); i++) {
      bytes += 40 + row.labels.nameBytes(i).length + row.labels.valueBytes(i).length;
    }
    return bytes;
  }

  /// Exemplars of the request so far.
  public int size() {
    return size;
  }

  /// An exemplar, in the order of arrival. Throws at [#size] and above.
  public Row row(int index) {
    Row row = rows[index];
    if (row == null) {
      throw new IndexOutOfBoundsException("exemplar " + index + " of " + size);
    }
    return row;
  }

  long retainedBytes() {
    return (long) Integer.BYTES * rows.length;
  }
}
