package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.AggrChunk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/// What thanos-query makes of the chunks that several stores answered for one label set, before any deduplication
/// algorithm runs (thanos pkg/query/iter.go, pkg/dedup): equal chunks are dropped, the others are laid into rows without
/// overlap. One row means that no algorithm runs.
final class QuerierRows {
  private QuerierRows() {}

  /// The rows, each ascending and disjoint.
  ///
  /// @param chunks of all stores together
  static List<List<AggrChunk>> of(List<AggrChunk> chunks) {
    var seen = new HashSet<Long>();
    var distinct =
        new ArrayList<>(chunks.stream().filter(chunk -> seen.add(chunk.getRaw().getHash())).toList());
    distinct.sort(Comparator.comparingLong(AggrChunk::getMinTime).thenComparingLong(AggrChunk::getMaxTime));
    var rows = new ArrayList<List<AggrChunk>>();
    for (AggrChunk chunk : distinct) {
      List<AggrChunk> row =
          rows.stream().filter(candidate -> candidate.getLast().getMaxTime() < chunk.getMinTime())
              .findFirst().orElseGet(() -> {
                rows.add(new ArrayList<>());
                return rows.getLast();
              });
      row.add(chunk);
    }
    return rows;
  }
}
