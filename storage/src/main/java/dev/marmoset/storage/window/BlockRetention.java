package dev.marmoset.storage.window;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import dev.marmoset.storage.window.register.RegisterRecord.Retired;
import dev.marmoset.storage.window.register.RegisterRecord.Uploaded;
import dev.marmoset.storage.window.register.WindowState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says which blocks leave the volume: the closed windows beyond the retention time, and the oldest ones beyond its size.
/// Confined to the keeper's thread.
final class BlockRetention {
  private static final Logger LOG = LoggerFactory.getLogger(BlockRetention.class);
  /// Store gateways have seen an upload by then.
  private static final Duration UPLOADED_FOR = Duration.ofHours(2);

  private final KeeperParts parts;

  BlockRetention(KeeperParts parts) {
    this.parts = parts;
  }

  /// Retires what is due.
  ///
  /// @return whether anything was retired
  boolean step() {
    long excess = parts.options().maxBytes() == 0 ? 0 : parts.stats().bytes() - parts.options().maxBytes();
    boolean retired = false;
    for (WindowState state : List.copyOf(parts.ledger().states().values())) {
      boolean due = isOld(state) || excess > 0;
      if (due && mayRetire(state) && retire(state)) {
        excess -= bytes(state.blocks());
        retired = true;
      }
    }
    return retired;
  }

  private boolean isOld(WindowState state) {
    long retention = parts.options().retention().toMillis();
    return retention > 0 && state.end() + retention <= parts.logs().acceptanceClock();
  }

  private boolean mayRetire(WindowState state) {
    return state.isClosed() && state.health() == WindowState.Health.WHOLE && !state.blocks().isEmpty()
        && (!parts.options().bucket() || isInBucket(state));
  }

  private boolean isInBucket(WindowState state) {
    long before = parts.clock().wallMillis() - UPLOADED_FOR.toMillis();
    return state.commits().stream().flatMap(commit -> commit.publication().stream())
        .map(Publication::bucket).map(state::uploaded)
        .allMatch(
            upload -> upload.map(Uploaded::stamp).filter(stamp -> stamp.wallMillis() <= before).isPresent());
  }

  private boolean retire(WindowState state) {
    List<Ulid> blocks = state.blocks();
    Optional<WindowState> done =
        parts.ledger().append(state, new PendingWindow(), stamp -> new Retired(stamp, blocks));
    if (done.isPresent()) {
      parts.stats().retired.add(blocks.size());
      LOG.info("window {}: blocks {} leave the volume", state.start(), blocks);
    }
    return done.isPresent();
  }

  private long bytes(List<Ulid> blocks) {
    return blocks.stream().flatMap(block -> parts.shelf().block(block).stream())
        .mapToLong(block -> BlockShelf.bytes(block.meta())).sum();
  }
}
