package dev.marmoset.storage.window;

import dev.marmoset.storage.block.Block;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.block.meta.ThanosMeta.FileEntry;
import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.window.read.StoreView;
import dev.marmoset.storage.window.register.RegisterFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The blocks on the volume: opens those that are to be served, sets damaged ones aside, removes those nobody needs.
/// Confined to one thread.
///
/// | path below the data directory | content                                                                   |
/// |-------------------------------|---------------------------------------------------------------------------|
/// | `blocks/<ULID>/`              | complete blocks                                                           |
/// | `quarantine/<ULID>/`          | blocks that contradict their format; never read, never deleted            |
/// | `trash/<name>/`               | blocks and registers nobody needs, for another hour                        |
final class BlockShelf {
  private static final Logger LOG = LoggerFactory.getLogger(BlockShelf.class);
  private static final String QUARANTINE = "quarantine";
  private static final String TRASH = "trash";
  /// Readers on other replicas learn of a replacement within a minute or two.
  private static final Duration GRACE = Duration.ofMinutes(10);

  private final FileSystem files;
  private final SealedFiles access;
  private final Path data;
  private final Clock clock;
  private final StoreView view;
  private final WindowStats stats;
  private final Map<Ulid, Block> open = new LinkedHashMap<>();
  private final Set<Ulid> setAside = new HashSet<>();
  /// Monotonic time, ns, since when a block is known to be needed by nobody.
  private final Map<Ulid, Long> unneeded = new HashMap<>();

  /// @param access how the files of blocks are read
  /// @param data   data directory
  BlockShelf(FileSystem files, SealedFiles access, Path data, Clock clock, StoreView view,
      WindowStats stats) {
    this.files = files;
    this.access = access;
    this.data = data;
    this.clock = clock;
    this.view = view;
    this.stats = stats;
  }

  /// Serves these blocks and no others. One that cannot be read is left out until the next call, one that is damaged for
  /// good.
  ///
  /// @param atThat     done together with the change
  /// @param whenUnread done when nobody reads what was served before
  void serve(Collection<Ulid> wanted, Runnable atThat, StoreView.Release whenUnread) {
    var served = new LinkedHashMap<Ulid, Block>();
    for (Ulid ulid : wanted) {
      Block known = setAside.contains(ulid) ? null : open.get(ulid);
      Optional<Block> block = known != null ? Optional.of(known) : tryOpen(ulid);
      block.ifPresent(found -> served.put(ulid, found));
    }
    var removed = new ArrayList<Block>();
    open.forEach((ulid, block) -> {
      if (!served.containsKey(ulid)) {
        removed.add(block);
      }
    });
    open.clear();
    open.putAll(served);
    stats.blocks = served.size();
    stats.bytes = served.values().stream().mapToLong(block -> bytes(block.meta())).sum();
    view.change(List.copyOf(served.values()), atThat, () -> {
      whenUnread.run();
      removed.forEach(Block::close);
    });
  }

  /// Whether exactly these blocks are served, as far as they can be.
  boolean serves(Collection<Ulid> wanted) {
    return open.size() == wanted.stream().filter(ulid -> !setAside.contains(ulid)).count()
        && open.keySet().stream().allMatch(wanted::contains);
  }

  /// A block that is being served.
  Optional<Block> block(Ulid ulid) {
    return Optional.ofNullable(open.get(ulid));
  }

  /// Whether a block was found damaged.
  boolean isSetAside(Ulid ulid) {
    return setAside.contains(ulid);
  }

  /// Moves a damaged block out of the way.
  void quarantine(Ulid ulid, String why) {
    if (!setAside.add(ulid)) {
      return;
    }
    stats.quarantined.increment();
    Path directory = RegisterFiles.blocks(data).resolve(ulid.toString());
    LOG.error("block {} is damaged and set aside in {}; everything else is served: {}", directory,
        data.resolve(QUARANTINE), why);
    try {
      move(directory, data.resolve(QUARANTINE));
    } catch (IOException e) {
      LOG.error("moving {} to {}: it stays where it is and is not read", directory, data.resolve(QUARANTINE),
          e);
    }
  }

  /// Removes blocks that have been unneeded for a while. What was named before and is needed again, is kept.
  void sweep(Set<Ulid> unneededNow) {
    unneeded.keySet().retainAll(unneededNow);
    long now = clock.nanos();
    for (Ulid ulid : unneededNow) {
      long since = unneeded.computeIfAbsent(ulid, _ -> now);
      if (now - since >= GRACE.toNanos()) {
        remove(ulid);
        unneeded.remove(ulid);
      }
    }
  }

  /// Moves the register of a window to the trash, whole: half a register would tell something else.
  ///
  /// @param start of the window, ms
  void removeRegister(long start) throws IOException {
    move(RegisterFiles.window(data, start), data.resolve(TRASH));
  }

  /// Names of all complete blocks on the volume, served or not.
  Set<Ulid> present() throws IOException {
    var present = new HashSet<Ulid>();
    for (String name : files.list(RegisterFiles.blocks(data))) {
      if (Ulid.isUlid(name)) {
        present.add(Ulid.parse(name));
      }
    }
    return present;
  }

  /// Closes all blocks.
  void close() {
    open.values().forEach(Block::close);
  }

  /// Bytes of a block's files, as far as its meta.json says them.
  static long bytes(BlockMeta meta) {
    return meta.thanos().stream().flatMap(thanos -> thanos.files().stream()).map(FileEntry::bytes)
        .mapToLong(bytes -> bytes.orElse(0)).sum();
  }

  private void remove(Ulid ulid) {
    Path directory = RegisterFiles.blocks(data).resolve(ulid.toString());
    try {
      move(directory, data.resolve(TRASH));
      LOG.info("block {} is needed by nobody and goes to the trash", ulid);
    } catch (NoSuchFileException _) {
      // Another replica has removed it.
    } catch (IOException e) {
      LOG.warn("moving {} to the trash: {}", directory, e.toString());
    }
  }

  private void move(Path directory, Path target) throws IOException {
    files.createDirectories(target);
    files.rename(directory, target.resolve(String.valueOf(directory.getFileName())));
    files.forceDirectory(target);
    files.forceDirectory(Objects.requireNonNull(directory.getParent(), "directory of " + directory));
  }

  private Optional<Block> tryOpen(Ulid ulid) {
    if (setAside.contains(ulid)) {
      return Optional.empty();
    }
    Path directory = RegisterFiles.blocks(data).resolve(ulid.toString());
    try {
      return Optional.of(Block.open(files, access, directory));
    } catch (CorruptDataException e) {
      quarantine(ulid, String.valueOf(e.getMessage()));
    } catch (NoSuchFileException e) {
      if (isInQuarantine(ulid)) {
        setAside.add(ulid);
      } else {
        LOG.error("block {} is not there: {}", directory, e.getMessage());
      }
    } catch (IOException e) {
      stats.failures.increment();
      LOG.warn("opening block {}: it is tried again", directory, e);
    }
    return Optional.empty();
  }

  private boolean isInQuarantine(Ulid ulid) {
    try {
      return files.list(data.resolve(QUARANTINE)).contains(ulid.toString());
    } catch (IOException _) {
      return false;
    }
  }
}
