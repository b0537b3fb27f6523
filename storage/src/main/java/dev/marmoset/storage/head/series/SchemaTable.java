package dev.marmoset.storage.head.series;

import dev.marmoset.storage.index.Numbering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers the distinct lists of label names, as long as a series has them. There are few of them (dozens in practice), so
/// a plain map serves; the schema of the previous series is tried first. Not thread-safe.
final class SchemaTable {
  /// What stands for the names of a number that no schema has.
  private static final int[] GONE = {-1};

  private final Map<List<Integer>, Integer> numberOf = new HashMap<>();
  private final Numbering numbers = new Numbering();
  private final List<int[]> schemas = new ArrayList<>();
  /// Per schema how many series have it.
  private int[] uses = new int[16];
  private int last = -1;

  /// Number of the schema with these name symbols, for one more series.
  ///
  /// @param names the first `n` entries count
  int use(int[] names, int n) {
    if (last < 0 || !Arrays.equals(schemas.get(last), 0, schemas.get(last).length, names, 0, n)) {
      int[] schema = Arrays.copyOf(names, n);
      last = numberOf.computeIfAbsent(Arrays.stream(schema).boxed().toList(), _ -> number(schema));
    }
    uses[last]++;
    return last;
  }

  private int number(int[] schema) {
    int number = numbers.take();
    if (number == schemas.size()) {
      schemas.add(schema);
      uses = Arrays.copyOf(uses, Math.max(uses.length, Integer.highestOneBit(number + 1) * 2));
    } else {
      schemas.set(number, schema);
    }
    return number;
  }

  /// States that one series less has a schema.
  void release(int schema) {
    if (--uses[schema] == 0) {
      numberOf.remove(Arrays.stream(schemas.get(schema)).boxed().toList());
      schemas.set(schema, GONE);
      numbers.give(schema);
      last = -1;
    }
  }

  /// Name symbols of a schema, shared.
  int[] names(int schema) {
    return schemas.get(schema);
  }

  /// Name symbols of all schemas, by number, of which some may be [#isGone]; the arrays are shared.
  int[][] all() {
    return schemas.toArray(int[][]::new);
  }

  /// Whether what [#all] has at a number stands for no schema.
  static boolean isGone(int[] names) {
    return names == GONE;
  }

  long memoryBytes() {
    return schemas.stream().mapToLong(schema -> 100 + 24L * schema.length).sum();
  }
}
