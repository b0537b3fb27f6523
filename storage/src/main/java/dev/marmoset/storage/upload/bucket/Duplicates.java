package dev.marmoset.storage.upload.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Finds blocks that hold the same and lets all but one go; finds blocks that overlap and hold something else.
///
/// The rule is that of Thanos' deduplication filter, so both agree and never all copies go: among blocks with equal
/// labels and equal sources the smallest name stays, and a compacted block that contains a source beats every level-1
/// block of it. Ours asks more: what stays must be complete. What goes gets a `deletion-mark.json`, which Thanos
/// obeys after its delay. Thread-safe.
public final class Duplicates {
  private final ObjectStore store;
  private final BucketBlocks blocks;
  private final Clock clock;

  /// @param clock for the time in the marks
  public Duplicates(ObjectStore store, BucketBlocks blocks, Clock clock) {
    this.store = store;
    this.blocks = blocks;
    this.clock = clock;
  }

  /// A block that was marked for deletion.
  ///
  /// @param ulid   its name
  /// @param keeper the block that stays
  public record Retired(Ulid ulid, Ulid keeper) {}

  /// Two blocks of equal labels and overlapping ranges that hold different things. The compactor halts on them.
  ///
  /// @param own     ours
  /// @param foreign the other one
  public record Overlap(Ulid own, Ulid foreign) {}

  /// What was found.
  ///
  /// @param retired  marked for deletion now
  /// @param overlaps left alone
  public record Findings(List<Retired> retired, List<Overlap> overlaps) {
    /// Nothing.
    public static final Findings NONE = new Findings(List.of(), List.of());

    /// Copies the lists.
    public Findings {
      retired = List.copyOf(retired);
      overlaps = List.copyOf(overlaps);
    }
  }

  /// Looks at the raw blocks of a label set and settles what is found.
  ///
  /// @param since  only blocks with names at most as old, ms
  /// @param within only duplicates of these sources, and overlaps with blocks that contain one of them
  /// @param ours   whether a source is one of ours: overlaps among them are patches
  public Findings settle(Labels labels, long since, Predicate<Ulid> within, Predicate<Ulid> ours)
      throws IOException {
    List<BucketBlock> group = group(labels, since);
    List<BucketBlock> looked =
        group.stream().filter(block -> block.sources().stream().anyMatch(within)).toList();
    var retired = new ArrayList<Retired>();
    var gone = new HashSet<Ulid>();
    for (BucketBlock block : looked) {
      if (!gone.contains(block.ulid())) {
        for (Retired one : settleEquals(block, group, gone)) {
          gone.add(one.ulid());
          retired.add(one);
        }
      }
    }
    return new Findings(retired, overlaps(looked, group, gone, ours));
  }

  /// The unmarked raw blocks of a label set, ascending by name. Marks are looked up later, where they matter.
  private List<BucketBlock> group(Labels labels, long since) throws ObjectStoreException {
    return blocks.since(since).stream().filter(block -> block.raw() && block.labels().equals(labels))
        .sorted(Comparator.comparing(BucketBlock::ulid)).toList();
  }

  /// Marks all duplicates of what a block holds but the one that stays.
  private List<Retired> settleEquals(BucketBlock block, List<BucketBlock> group, Set<Ulid> gone)
      throws IOException {
    var candidates = new ArrayList<BucketBlock>();
    for (BucketBlock other : group) {
      if (!gone.contains(other.ulid()) && sameOrder(other, block)) {
        candidates.add(other);
      }
    }
    if (candidates.size() < 2) {
      return List.of();
    }
    var unmarked = new ArrayList<BucketBlock>();
    for (BucketBlock candidate : candidates) {
      if (!blocks.marked(candidate.ulid())) {
        unmarked.add(candidate);
      }
    }
    Optional<BucketBlock> keeper = keeper(unmarked);
    var retired = new ArrayList<Retired>();
    for (BucketBlock candidate : unmarked) {
      if (keeper.isPresent() && beats(keeper.get(), candidate)) {
        mark(candidate.ulid(), keeper.get().ulid());
        retired.add(new Retired(candidate.ulid(), keeper.get().ulid()));
      }
    }
    return retired;
  }

  /// Whether two blocks are rivals for the same place: equal sources, or one is compacted and contains a level-1 one.
  private static boolean sameOrder(BucketBlock a, BucketBlock b) {
    return Set.copyOf(a.sources()).equals(Set.copyOf(b.sources())) || swallows(a, b) || swallows(b, a);
  }

  private static boolean swallows(BucketBlock big, BucketBlock small) {
    return big.compacted() && !small.compacted() && big.sources().containsAll(small.sources());
  }

  private static boolean beats(BucketBlock keeper, BucketBlock other) {
    return !keeper.ulid().equals(other.ulid())
        && (swallows(keeper, other) || Set.copyOf(keeper.sources()).equals(Set.copyOf(other.sources())));
  }

  /// The one that stays: compacted before level 1, then by name, and only if it is complete.
  private Optional<BucketBlock> keeper(List<BucketBlock> unmarked) throws ObjectStoreException {
    var order = Comparator.comparing(BucketBlock::compacted).reversed().thenComparing(BucketBlock::ulid);
    for (BucketBlock candidate : unmarked.stream().sorted(order).toList()) {
      if (blocks.complete(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private void mark(Ulid ulid, Ulid keeper) throws IOException {
    var members = new LinkedHashMap<String, JsonValue>();
    members.put("id", new JsonValue.Str(ulid.toString()));
    members.put("version", new JsonValue.Whole(1));
    members.put("details", new JsonValue.Str("duplicate of " + keeper));
    members.put("deletion_time", new JsonValue.Whole(clock.wallMillis() / 1000));
    var _ = store.put(BucketKeys.deletionMark(ulid), new JsonValue.Obj(members).indented().getBytes(UTF_8),
        Condition.NONE);
  }

  private List<Overlap> overlaps(List<BucketBlock> looked, List<BucketBlock> group, Set<Ulid> gone,
      Predicate<Ulid> ours) throws ObjectStoreException {
    var overlaps = new ArrayList<Overlap>();
    for (BucketBlock block : looked) {
      for (BucketBlock other : group) {
        if (!gone.contains(block.ulid()) && !gone.contains(other.ulid()) && foreign(other, block, ours)
            && !blocks.marked(block.ulid()) && !blocks.marked(other.ulid())) {
          overlaps.add(new Overlap(block.ulid(), other.ulid()));
        }
      }
    }
    return overlaps;
  }

  private static boolean foreign(BucketBlock other, BucketBlock own, Predicate<Ulid> ours) {
    return other.overlaps(own) && other.sources().stream().noneMatch(ours)
        && other.sources().stream().noneMatch(own::contains);
  }

  /// The first unmarked block of a group that overlaps a range and contains nothing of ours.
  ///
  /// @param planned a block that is about to be uploaded
  public Optional<BucketBlock> obstacle(BucketBlock planned, long since, Predicate<Ulid> ours)
      throws ObjectStoreException {
    for (BucketBlock other : group(planned.labels(), since)) {
      if (foreign(other, planned, ours) && !blocks.marked(other.ulid())) {
        return Optional.of(other);
      }
    }
    return Optional.empty();
  }

  /// A block of the label set that holds what a source held, whatever its resolution.
  public Optional<BucketBlock> holder(Labels labels, Ulid source, long since) throws ObjectStoreException {
    return blocks.since(since).stream()
        .filter(block -> block.labels().equals(labels) && block.contains(source)).findFirst();
  }
}
