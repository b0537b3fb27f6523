package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// How far each of several logs has been taken in: at most one position per log. Immutable.
///
/// A record is covered when it ends at or before the position of its log. A log without a position is covered nowhere.
public final class CoveredPositions {
  /// Nothing of any log.
  public static final CoveredPositions NONE = new CoveredPositions(new TreeMap<>());

  private final TreeMap<Ulid, LogPosition> byLog;

  private CoveredPositions(TreeMap<Ulid, LogPosition> byLog) {
    this.byLog = byLog;
  }

  /// The furthest position of each log among `positions`.
  public static CoveredPositions of(Collection<LogPosition> positions) {
    var byLog = new TreeMap<Ulid, LogPosition>();
    positions.forEach(position -> add(byLog, position));
    return new CoveredPositions(byLog);
  }

  /// Whether the record of this log that ends at `recordEnd`, bytes from the beginning of the segment's file, is taken
  /// in.
  public boolean covers(Ulid incarnation, long segment, long recordEnd) {
    LogPosition position = byLog.get(incarnation);
    return position != null
        && (segment < position.segment() || segment == position.segment() && recordEnd <= position.offset());
  }

  /// Whether everything before `position` of its log is taken in.
  public boolean covers(LogPosition position) {
    return covers(position.incarnation(), position.segment(), position.offset());
  }

  /// Whether everything that `other` covers is covered here too.
  public boolean covers(CoveredPositions other) {
    return other.byLog.values().stream().allMatch(this::covers);
  }

  /// The position of one log.
  public Optional<LogPosition> of(Ulid incarnation) {
    return Optional.ofNullable(byLog.get(incarnation));
  }

  /// The further of both positions, log by log.
  public CoveredPositions union(CoveredPositions other) {
    if (other.byLog.isEmpty()) {
      return this;
    }
    var union = new TreeMap<>(byLog);
    other.byLog.values().forEach(position -> add(union, position));
    return new CoveredPositions(union);
  }

  /// All positions, in the order of their logs.
  public List<LogPosition> positions() {
    return List.copyOf(byLog.values());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CoveredPositions positions && byLog.equals(positions.byLog);
  }

  @Override
  public int hashCode() {
    return byLog.hashCode();
  }

  /// The positions as a list.
  @Override
  public String toString() {
    return byLog.values().toString();
  }

  private static void add(TreeMap<Ulid, LogPosition> byLog, LogPosition position) {
    byLog.merge(position.incarnation(), position, (a, b) -> a.compareTo(b) >= 0 ? a : b);
  }
}
