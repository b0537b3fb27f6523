package dev.marmoset.storeapi;

import dev.marmoset.storage.labels.Labels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Makes final labels for one request: replica labels dropped, external labels added, sorted by unsigned UTF-8 bytes.
///
/// A dropped name is dropped wherever it comes from, the series or the external labels. Immutable and thread-safe.
final class ReplicaLabels implements UnaryOperator<Labels> {
  private final Set<String> names;
  private final byte[][] dropped;
  private final Labels added;

  /// @param external labels to add
  /// @param names    labels to drop, the request's `without_replica_labels`
  ReplicaLabels(ExternalLabels external, List<String> names) {
    this.names = Set.copyOf(names);
    this.dropped =
        this.names.stream().map(name -> name.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    this.added =
        Labels.of(external.labels().toList().stream().filter(label -> !drops(label.name())).toList());
  }

  /// Whether labels of this name are dropped.
  boolean drops(String name) {
    return names.contains(name);
  }

  /// External labels that are not dropped.
  Labels added() {
    return added;
  }

  /// The final labels of a stored series. Name and value arrays are shared with the argument.
  @Override
  public Labels apply(Labels stored) {
    byte[][] parts = new byte[2 * (stored.size() + added.size())][];
    int n = 0;
    int next = 0;
    for (int i = 0; i < stored.size(); i++) {
      byte[] name = stored.nameBytes(i);
      int order = 1;
      while (next < added.size() && (order = Arrays.compareUnsigned(added.nameBytes(next), name)) < 0) {
        n = put(parts, n, added, next++);
      }
      // At an equal name the external label wins; it is put before the next greater name.
      boolean overridden = next < added.size() && order == 0;
      if (!overridden && !drops(name)) {
        n = put(parts, n, stored, i);
      }
    }
    while (next < added.size()) {
      n = put(parts, n, added, next++);
    }
    return Labels.ofSorted(n == parts.length ? parts : Arrays.copyOf(parts, n));
  }

  private boolean drops(byte[] name) {
    for (byte[] candidate : dropped) {
      if (Arrays.equals(candidate, name)) {
        return true;
      }
    }
    return false;
  }

  private static int put(byte[][] parts, int n, Labels from, int i) {
    parts[n] = from.nameBytes(i);
    parts[n + 1] = from.valueBytes(i);
    return n + 2;
  }
}
