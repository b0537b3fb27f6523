package dev.marmoset.storage.labels;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/// An immutable label set: distinct names in ascending order of their unsigned UTF-8 bytes.
///
/// Names and values are held as UTF-8 byte arrays, because that is what files and the wire carry and because
/// [String#compareTo] orders beyond the Basic Multilingual Plane differently. The arrays handed out are shared and
/// must not be modified. Ordering is the one of the block index and the StoreAPI: pair by pair, name before value,
/// the shorter set first when one is a prefix of the other.
public final class Labels implements Comparable<Labels> {
  /// The label set without labels.
  public static final Labels EMPTY = new Labels(new byte[0][]);

  /// Name of the label that carries the metric name.
  public static final String METRIC_NAME = "__name__";

  private final byte[][] parts;
  private int hash;

  /// @param parts name 0, value 0, name 1, value 1, …, already sorted and distinct; owned by the new object
  private Labels(byte[][] parts) {
    this.parts = parts;
  }

  /// Wraps names and values that are sorted by name already.
  ///
  /// @param parts name 0, value 0, name 1, … as UTF-8; the array and its elements pass to the label set
  /// @throws IllegalArgumentException if a name is empty, repeated or out of order, or the length is odd
  public static Labels ofSorted(byte[][] parts) {
    if ((parts.length & 1) != 0) {
      throw new IllegalArgumentException("label set has " + parts.length + " parts, expected an even number");
    }
    for (int i = 0; i < parts.length; i += 2) {
      boolean ordered = i == 0 ? parts[0].length > 0 : Arrays.compareUnsigned(parts[i - 2], parts[i]) < 0;
      if (!ordered) {
        throw new IllegalArgumentException(
            "label name \"" + text(parts[i]) + "\" at position " + i / 2
                + " is empty, repeated or out of order");
      }
    }
    return parts.length == 0 ? EMPTY : new Labels(parts);
  }

  /// Builds a label set from alternating names and values in any order; labels with an empty value are left out.
  ///
  /// @throws IllegalArgumentException if the count is odd, a name is empty or a name occurs twice
  public static Labels of(String... namesAndValues) {
    if ((namesAndValues.length & 1) != 0) {
      throw new IllegalArgumentException(
          "label set from " + namesAndValues.length + " strings, expected pairs");
    }
    var labels = new ArrayList<Label>(namesAndValues.length / 2);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.add(new Label(namesAndValues[i], namesAndValues[i + 1]));
    }
    return of(labels);
  }

  /// Builds a label set from labels in any order; labels with an empty value are left out.
  ///
  /// @throws IllegalArgumentException if a name occurs twice
  public static Labels of(Collection<Label> labels) {
    var pairs = new ArrayList<byte[][]>(labels.size());
    for (Label label : labels) {
      if (!label.value().isEmpty()) {
        pairs.add(new byte[][] {label.name().getBytes(UTF_8), label.value().getBytes(UTF_8)});
      }
    }
    pairs.sort((a, b) -> Arrays.compareUnsigned(a[0], b[0]));
    byte[][] parts = new byte[pairs.size() * 2][];
    for (int i = 0; i < pairs.size(); i++) {
      parts[2 * i] = pairs.get(i)[0];
      parts[2 * i + 1] = pairs.get(i)[1];
    }
    return ofSorted(parts);
  }

  /// Number of labels.
  public int size() {
    return parts.length / 2;
  }

  /// Whether there is no label.
  public boolean isEmpty() {
    return parts.length == 0;
  }

  /// UTF-8 bytes of the name at position `i` (0 ≤ i < size), shared.
  public byte[] nameBytes(int i) {
    return parts[2 * i];
  }

  /// UTF-8 bytes of the value at position `i` (0 ≤ i < size), shared.
  public byte[] valueBytes(int i) {
    return parts[2 * i + 1];
  }

  /// Name at position `i`.
  public String name(int i) {
    return text(parts[2 * i]);
  }

  /// Value at position `i`.
  public String value(int i) {
    return text(parts[2 * i + 1]);
  }

  /// Value of the label `name`, or the empty string when the set has no such label.
  public String value(String name) {
    int i = indexOf(name.getBytes(UTF_8));
    return i < 0 ? "" : value(i);
  }

  /// Position of the label with this UTF-8 name, or a negative number when there is none.
  public int indexOf(byte[] name) {
    for (int i = 0; i < parts.length; i += 2) {
      int order = Arrays.compareUnsigned(parts[i], name);
      if (order >= 0) {
        return order == 0 ? i / 2 : -1;
      }
    }
    return -1;
  }

  /// The labels as pairs of strings, in order.
  public List<Label> toList() {
    var labels = new ArrayList<Label>(size());
    for (int i = 0; i < size(); i++) {
      labels.add(new Label(name(i), value(i)));
    }
    return labels;
  }

  @Override
  public int compareTo(Labels other) {
    int common = Math.min(parts.length, other.parts.length);
    for (int i = 0; i < common; i++) {
      int order = parts[i] == other.parts[i] ? 0 : Arrays.compareUnsigned(parts[i], other.parts[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(parts.length, other.parts.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && Arrays.deepEquals(parts, labels.parts);
  }

  @Override
  public int hashCode() {
    if (hash == 0) {
      hash = Arrays.deepHashCode(parts);
    }
    return hash;
  }

  /// The usual notation: `{__name__="up", job="a"}`, values quoted, with `\`, `"` and newline escaped.
  @Override
  public String toString() {
    var text = new StringBuilder("{");
    for (int i = 0; i < size(); i++) {
      String value = value(i).replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      text.append(i == 0 ? "" : ", ").append(name(i)).append("=\"").append(value).append('"');
    }
    return text.append('}').toString();
  }

  private static String text(byte[] utf8) {
    return new String(utf8, UTF_8);
  }
}
