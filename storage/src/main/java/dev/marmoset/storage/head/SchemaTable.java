package dev.marmoset.storage.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers the distinct lists of label names. There are few of them (dozens in practice), so a plain map serves; the
/// schema of the previous series is tried first. Not thread-safe.
final class SchemaTable {
  private final Map<List<Integer>, Integer> numbers = new HashMap<>();
  private final List<int[]> schemas = new ArrayList<>();
  private int last = -1;

  /// Number of the schema with these name symbols.
  ///
  /// @param names the first `n` entries count
  int findOrAdd(int[] names, int n) {
    if (last < 0 || !Arrays.equals(schemas.get(last), 0, schemas.get(last).length, names, 0, n)) {
      int[] schema = Arrays.copyOf(names, n);
      last = numbers.computeIfAbsent(Arrays.stream(schema).boxed().toList(), _ -> {
        schemas.add(schema);
        return schemas.size() - 1;
      });
    }
    return last;
  }

  /// Name symbols of a schema, shared.
  int[] names(int schema) {
    return schemas.get(schema);
  }

  /// Name symbols of all schemas, by number; the arrays are shared.
  int[][] all() {
    return schemas.toArray(int[][]::new);
  }

  long memoryBytes() {
    return schemas.stream().mapToLong(schema -> 100 + 24L * schema.length).sum();
  }
}
