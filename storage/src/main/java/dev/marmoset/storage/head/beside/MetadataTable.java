package dev.marmoset.storage.head.beside;

import dev.marmoset.storage.MetricMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The latest metadata of each metric family; at the bound the family that was named longest ago gives way. Guarded by
/// the head's lock.
public final class MetadataTable {
  /// Senders repeat everything about once a minute. What is known goes to the log again only after this long, ms, so
  /// that it survives the deletion of old segments.
  static final long REPEAT_MS = 600_000;

  private final int most;
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  /// @param loggedAt acceptance clock when it last went to the log, ms; [Long#MIN_VALUE] when it was replayed
  private record Entry(MetricMetadata metadata, long loggedAt) {}

  /// @param most families at a time
  public MetadataTable(int most) {
    this.most = most;
  }

  /// Whether this need not be logged now: it is what is known, and the log has it from not long ago.
  ///
  /// @param now acceptance clock, ms
  public boolean isFresh(MetricMetadata metadata, long now) {
    Entry known = entries.get(metadata.family());
    return known != null && known.metadata.equals(metadata) && known.loggedAt > now - REPEAT_MS;
  }

  /// Replaces what is known of the family.
  public void put(MetricMetadata metadata, long loggedAt) {
    entries.put(metadata.family(), new Entry(metadata, loggedAt));
    if (entries.size() > most) {
      entries.remove(entries.keySet().iterator().next());
    }
  }

  /// Families with metadata.
  public int size() {
    return entries.size();
  }

  /// Known metadata, of one family or of all when `family` is empty, ascending by family.
  public List<MetricMetadata> select(String family, int limit) {
    if (!family.isEmpty()) {
      Entry known = entries.get(family);
      return known == null || limit == 0 ? List.of() : List.of(known.metadata);
    }
    var all = new ArrayList<MetricMetadata>(entries.size());
    entries.values().forEach(entry -> all.add(entry.metadata));
    all.sort(Comparator.comparing(MetricMetadata::family));
    return List.copyOf(all.subList(0, Math.min(limit, all.size())));
  }
}
