package dev.marmoset.storage.window.register;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What a window's register says: the fold over its records, the same for everybody who has read the same records.
/// Immutable.
///
/// | record                      | counts if                                                                        |
/// |-----------------------------|----------------------------------------------------------------------------------|
/// | CLAIM                       | the window is not closed; it supersedes every CLAIM before it                      |
/// | PART                        | the last CLAIM is its author's and there is no COMMIT                              |
/// | COMMIT final, first         | the last CLAIM is its author's and there is no COMMIT                              |
/// | COMMIT patch k              | the last CLAIM is its author's, the mode is patch, k COMMITs precede it, none closing |
/// | UPLOADED                    | after the COMMIT of that block                                                    |
/// | CONFLICT, RETIRED           | after a COMMIT                                                                    |
///
/// That a CLAIM must not supersede one that is alive is a promise of its author ([#mayClaim]), because only an observer
/// of the other log can know; nothing depends on it but wasted work. A record that does not count is passed over.
public final class WindowState {
  /// Whether the register could be read to its end.
  public enum Health {
    /// It could.
    WHOLE,
    /// The volume did not answer; the next look may go further.
    UNREADABLE,
    /// A record is damaged or missing: nothing may be appended.
    DAMAGED,
    /// A record is of a newer build: nothing may be appended.
    TOO_NEW
  }

  /// Why the fold ends before the register does.
  ///
  /// @param health  what it is
  /// @param reason  what is wrong with which file; empty for a whole register
  /// @param closing whether a record behind the fold closes the window
  record Obstacle(Health health, String reason, boolean closing) {
    static final Obstacle NONE = new Obstacle(Health.WHOLE, "", false);
  }

  private final long start;
  private final List<RegisterRecord> records;
  private final Obstacle obstacle;
  private final RegisterFold fold;

  private WindowState(long start, List<RegisterRecord> records, Obstacle obstacle) {
    this.start = start;
    this.records = records;
    this.obstacle = obstacle;
    this.fold = new RegisterFold();
    records.forEach(fold::add);
  }

  /// The state of a window whose register is empty.
  ///
  /// @param start start of the window, ms
  public static WindowState empty(long start) {
    return new WindowState(start, List.of(), Obstacle.NONE);
  }

  /// The state after one more record; a register that could be read so far.
  ///
  /// @throws IllegalArgumentException if it is not the next one
  WindowState plus(RegisterRecord next) {
    if (next.number() != nextNumber()) {
      throw new IllegalArgumentException(
          "record " + next.number() + " of window " + start + " does not follow " + records.size());
    }
    var longer = new ArrayList<>(records);
    longer.add(next);
    return new WindowState(start, List.copyOf(longer), Obstacle.NONE);
  }

  /// The same records with another end.
  WindowState with(Obstacle newObstacle) {
    return new WindowState(start, records, newObstacle);
  }

  /// Start of the window, ms.
  public long start() {
    return start;
  }

  /// End of the window, ms, exclusive.
  public long end() {
    return start + ChunkCut.WINDOW_MS;
  }

  /// All records read, also those that do not count, in order.
  public List<RegisterRecord> records() {
    return records;
  }

  /// Number of the record that would be next.
  public long nextNumber() {
    return records.size() + 1L;
  }

  /// Whether the register could be read to its end. If not, what could be read counts, and nothing is appended.
  public Health health() {
    return obstacle.health();
  }

  /// What is wrong with which file; empty for a whole register.
  public String reason() {
    return obstacle.reason();
  }

  /// Whether a closing record, void or not, has ever been written: who starts from now on accepts no sample before the
  /// window's end.
  public boolean isClosing() {
    return fold.closing || obstacle.closing();
  }

  /// Whether a closing record may have been written: one has, or what could be one cannot be read. What a newer build
  /// closes can be read.
  public boolean mayBeClosing() {
    return isClosing() || health() == Health.UNREADABLE || health() == Health.DAMAGED;
  }

  /// Whether the window is immutable.
  public boolean isClosed() {
    return fold.closed;
  }

  /// The last CLAIM, open or not.
  public Optional<Claim> lastClaim() {
    return Optional.ofNullable(fold.lastClaim);
  }

  /// The last CLAIM if neither a PART nor a COMMIT has fulfilled it.
  public Optional<Claim> openClaim() {
    return fold.claimOpen ? lastClaim() : Optional.empty();
  }

  /// Whether somebody may claim the window now.
  ///
  /// @param isVoid whether a claim is void: its author's log is sealed, or showed no progress for 10 min
  public boolean mayClaim(Predicate<Claim> isVoid) {
    return health() == Health.WHOLE && !isClosed() && openClaim().map(isVoid::test).orElse(true);
  }

  /// Whether the record would count as the next one. For a CLAIM see [#mayClaim] too.
  public boolean accepts(RegisterRecord next) {
    return health() == Health.WHOLE && next.number() == nextNumber() && fold.counts(next);
  }

  /// The parts no COMMIT has replaced, in order.
  public List<Part> parts() {
    return fold.parts.stream().filter(part -> !fold.replaced.contains(part.block())).toList();
  }

  /// The commits, in order.
  public List<Commit> commits() {
    return List.copyOf(fold.commits);
  }

  /// Up to which position of each log the window's samples lie in parts and commits.
  public CoveredPositions covered() {
    return fold.covered;
  }

  /// Directories whose blocks together are what is on the volume of this window: those of the commits and the parts that
  /// are neither replaced nor retired.
  public List<Ulid> blocks() {
    var blocks = new LinkedHashSet<Ulid>();
    fold.commits.forEach(commit -> commit.publication().ifPresent(block -> blocks.add(block.directory())));
    parts().forEach(part -> blocks.add(part.block()));
    blocks.removeAll(fold.retired);
    return List.copyOf(blocks);
  }

  /// Directories that belong to this window and that nobody needs any more: replaced parts and retired blocks.
  public Set<Ulid> dropped() {
    var dropped = new LinkedHashSet<>(fold.replaced);
    dropped.addAll(fold.retired);
    blocks().forEach(dropped::remove);
    return dropped;
  }

  /// The published blocks that are not known to be in the bucket, in order.
  public List<Publication> notUploaded() {
    return fold.commits.stream().flatMap(commit -> commit.publication().stream())
        .filter(block -> !fold.uploaded.contains(block.bucket())).toList();
  }

  /// When the block of this name in the bucket was known to be there.
  public Optional<RegisterRecord.Uploaded> uploaded(Ulid bucket) {
    return fold.uploads.stream().filter(uploaded -> uploaded.bucket().equals(bucket)).findFirst();
  }

  /// What forbids uploading, in order.
  public List<RegisterRecord.Conflict> conflicts() {
    return List.copyOf(fold.conflicts);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WindowState state && start == state.start && records.equals(state.records)
        && obstacle.equals(state.obstacle);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(start) * 31 + records.hashCode();
  }

  /// Window, number of records and health.
  @Override
  public String toString() {
    return "window %d: %d records, %s %s".formatted(start, records.size(), obstacle.health(),
        obstacle.reason());
  }
}
