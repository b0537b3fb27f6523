package dev.marmoset.storage.block.meta;

import dev.marmoset.storage.io.Ulid;
import java.util.List;
import java.util.Optional;

/// What meta.json says about a block.
///
/// @param ulid       name of the block's directory
/// @param minTime    begin of the block's range, ms, inclusive
/// @param maxTime    end of the block's range, ms, **exclusive**
/// @param stats      what the block holds
/// @param compaction where the block comes from
/// @param thanos     what Thanos wants to know; absent in blocks of a plain Prometheus
public record BlockMeta(Ulid ulid, long minTime, long maxTime, Stats stats, Compaction compaction,
    Optional<ThanosMeta> thanos) {
  /// The one value of the member `version` that is read and written.
  public static final int VERSION = 1;

  /// Checks that the range is not empty.
  public BlockMeta {
    if (minTime >= maxTime) {
      throw new IllegalArgumentException(
          "block " + ulid + " has the range " + minTime + " to " + maxTime + ", which is empty");
    }
  }

  /// The same block with other contents.
  public BlockMeta withStats(Stats newStats) {
    return new BlockMeta(ulid, minTime, maxTime, newStats, compaction, thanos);
  }

  /// The same block with another Thanos section.
  public BlockMeta withThanos(ThanosMeta newThanos) {
    return new BlockMeta(ulid, minTime, maxTime, stats, compaction, Optional.of(newThanos));
  }

  /// What a block holds. Readers trust none of it; [dev.marmoset.storage.block] computes it while writing.
  ///
  /// @param samples          all samples
  /// @param floatSamples     samples in float chunks
  /// @param histogramSamples samples in histogram chunks of both kinds
  /// @param series           series
  /// @param chunks           chunks
  /// @param tombstones       deleted intervals
  public record Stats(long samples, long floatSamples, long histogramSamples, long series, long chunks,
      long tombstones) {
    /// Nothing.
    public static final Stats NONE = new Stats(0, 0, 0, 0, 0, 0);
  }

  /// Where a block comes from.
  ///
  /// @param level   1 for a block cut from memory
  /// @param sources ids of the level-1 ancestors, ascending; Thanos takes blocks with equal sources for duplicates
  /// @param parents blocks this one was merged from directly
  /// @param hints   how it came about, e.g. [#FROM_OUT_OF_ORDER]
  public record Compaction(int level, List<Ulid> sources, List<Parent> parents, List<String> hints) {
    /// Hint of a block of late samples that overlaps others.
    public static final String FROM_OUT_OF_ORDER = "from-out-of-order";

    /// Copies the lists.
    public Compaction {
      sources = List.copyOf(sources);
      parents = List.copyOf(parents);
      hints = List.copyOf(hints);
    }

    /// The origin of a level-1 block.
    public static Compaction levelOne(Ulid source) {
      return new Compaction(1, List.of(source), List.of(), List.of());
    }
  }

  /// A block another one was merged from.
  ///
  /// @param ulid    its name
  /// @param minTime begin of its range, ms, inclusive
  /// @param maxTime end of its range, ms, exclusive
  public record Parent(Ulid ulid, long minTime, long maxTime) {}
}
