package dev.marmoset.storage.window;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.head.FrozenWindow;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.CoveredPositions;
import dev.marmoset.storage.window.BlockBuild.Built;
import dev.marmoset.storage.window.read.MergedSeries;
import dev.marmoset.storage.window.read.WatchedQuerier;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.RegisterRecord.Span;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns memory and parts of one window into a registered block. Confined to the keeper's thread.
///
/// Each call goes as far as it can; what is missing (a claim somebody else holds, an answer of the volume, logs that may
/// still bring samples) makes it return early, and the next call goes on from there.
final class WindowWork {
  private static final Logger LOG = LoggerFactory.getLogger(WindowWork.class);
  /// Names created by others are in directory listings for sure after this time (attribute caches of NFS).
  private static final Duration CLOSING_WAIT = Duration.ofSeconds(65);
  private static final Duration PROGRESS = Duration.ofSeconds(60);

  private final KeeperParts parts;
  private final WindowLedger ledger;
  private final WindowLogs logs;
  private long lastProgress;

  WindowWork(KeeperParts parts) {
    this.parts = parts;
    this.ledger = parts.ledger();
    this.logs = parts.logs();
  }

  /// Freezes what the head has of the window now.
  ///
  /// @return whether all its memory is frozen; not while an earlier window has open chunks that are not
  boolean freeze(long start, PendingWindow window) {
    if (parts.head().growing().stream().anyMatch(earlier -> earlier.start() < start && earlier.inOrder())) {
      return false;
    }
    // Before the freezing: what these positions say is in the head, and so in what is frozen.
    CoveredPositions consumed = logs.consumed();
    parts.head().freeze(start).ifPresent(frozen -> window.add(frozen, consumed));
    return true;
  }

  /// Makes frozen memory one more block of the window: a part, or with [LateSamples#PATCH] a block of its own.
  ///
  /// @return whether it is done
  boolean cut(long start, PendingWindow window) throws IOException {
    if (window.unanswered().isPresent() && !settled(start, window)) {
      return false;
    }
    if (window.frozen().isEmpty()) {
      return true;
    }
    boolean patch = isPublishedLate(ledger.refresh(start));
    Optional<WindowState> claimed = claim(start, window, patch ? Purpose.PATCH : Purpose.PART, false);
    if (claimed.isEmpty()) {
      return false;
    }
    WindowState state = claimed.get();
    Optional<Built> built = write(state, memory(window));
    if (built.isEmpty()) {
      giveUpMemory(window);
      return true;
    }
    Optional<WindowState> done = patch
        ? commit(state, window, edition(state, false), built)
        : ledger.append(state, window,
            stamp -> new Part(stamp, built.get().meta().ulid(), built.get().files(),
                new Span(state.covered(), window.to())));
    done.ifPresent(_ -> {
      parts.stats().parts.increment();
      giveUpMemory(window);
    });
    return done.isPresent();
  }

  /// Closes the window once nothing can come for it any more: after this it never changes.
  ///
  /// @return whether it is done
  boolean close(long start, PendingWindow window) throws IOException {
    if (window.unanswered().isPresent() && !settled(start, window)) {
      return false;
    }
    WindowState seen = ledger.refresh(start);
    if (seen.isClosed()) {
      // By this or another process: everything is in its blocks.
      boolean frozen = freeze(start, window);
      giveUpMemory(window);
      return frozen;
    }
    boolean patch = isPublishedLate(seen);
    if (window.closingSince() == Long.MIN_VALUE) {
      if (claim(start, window, patch ? Purpose.PATCH : Purpose.FINAL, true).isPresent()) {
        window.closingSince(parts.clock().nanos());
      }
      return false;
    }
    if (parts.clock().nanos() - window.closingSince() < CLOSING_WAIT.toNanos() || !logs.isPast(seen.end())) {
      return false;
    }
    return freeze(start, window) && finish(start, window, patch);
  }

  private boolean finish(long start, PendingWindow window, boolean patch) throws IOException {
    Optional<WindowState> claimed = claim(start, window, patch ? Purpose.PATCH : Purpose.FINAL, true);
    if (claimed.isEmpty()) {
      return false;
    }
    WindowState state = claimed.get();
    List<Part> merged =
        state.parts().stream().filter(part -> !parts.shelf().isSetAside(part.block())).toList();
    if (merged.stream().anyMatch(part -> parts.shelf().block(part.block()).isEmpty())) {
      LOG.warn("closing window {}: not all of its parts can be read now", start);
      return false;
    }
    Optional<Built> built;
    if (merged.size() == 1 && window.frozen().isEmpty()) {
      Part only = merged.getFirst();
      built = parts.shelf().block(only.block()).map(block -> new Built(block.meta(), only.files()));
    } else {
      built = merge(state, merged, window);
    }
    Optional<WindowState> done = commit(state, window, edition(state, true), built);
    done.ifPresent(_ -> giveUpMemory(window));
    return done.isPresent();
  }

  /// Whether the window is published as several blocks. Its first COMMIT decides that for ever.
  private boolean isPublishedLate(WindowState state) {
    return !state.commits().isEmpty()
        || parts.options().lateSamples() == LateSamples.PATCH && state.parts().isEmpty()
            && !state.isClosing();
  }

  private static Edition edition(WindowState state, boolean closing) {
    int k = state.commits().size();
    if (k > 0) {
      return Edition.patch(k, closing);
    }
    return closing ? Edition.FINAL : Edition.FIRST;
  }

  /// Claims the window anew: each attempt to build a block has a claim and a name of its own.
  private Optional<WindowState> claim(long start, PendingWindow window, Purpose purpose, boolean closing) {
    WindowState state = ledger.refresh(start);
    if (!state.mayClaim(claim -> claim.author().equals(parts.incarnation()) || logs.isVoid(claim))) {
      return Optional.empty();
    }
    lastProgress = parts.clock().nanos();
    Ulid planned = parts.ulids().next();
    return ledger.append(state, window, stamp -> new Claim(stamp, purpose, closing, planned));
  }

  private Optional<WindowState> commit(WindowState state, PendingWindow window, Edition edition,
      Optional<Built> built) {
    Claim claim = state.lastClaim().orElseThrow();
    List<Ulid> replaced = state.parts().stream().map(Part::block)
        .filter(block -> built.isEmpty() || !block.equals(built.get().meta().ulid())).toList();
    var done = ledger.append(state, window, stamp -> new Commit(stamp, edition,
        built.map(block -> parts.plan().of(stamp, edition, claim.number(), block.meta(), block.files())),
        replaced,
        new Span(state.covered(), state.covered().union(window.to()))));
    if (done.isPresent()) {
      parts.stats().commits.increment();
      LOG.info("window {} has got its {}: {} replace {} parts", state.start(), edition,
          built.map(block -> block.meta().stats().samples() + " samples in " + block.meta().ulid())
              .orElse("no samples"),
          replaced.size());
    }
    return done;
  }

  private Optional<Built> merge(WindowState state, List<Part> merged, PendingWindow window)
      throws IOException {
    var queriers = new ArrayList<Querier>();
    try {
      var sets = new ArrayList<SeriesSet>();
      for (Part part : merged) {
        Querier querier = parts.shelf().block(part.block())
            .flatMap(block -> block.querier(new TimeRange(state.start(), state.end() - 1)))
            .<Querier>map(block -> new WatchedQuerier(block,
                damage -> parts.shelf().quarantine(part.block(), String.valueOf(damage.getMessage()))))
            .orElseThrow();
        queriers.add(querier);
        sets.add(querier.select(List.of()));
      }
      for (FrozenWindow frozen : window.frozen()) {
        sets.add(frozen.series());
      }
      return sets.isEmpty() ? Optional.empty() : write(state, MergedSeries.of(sets));
    } finally {
      queriers.forEach(Querier::close);
    }
  }

  private static SeriesSet memory(PendingWindow window) throws IOException {
    var sets = new ArrayList<SeriesSet>();
    for (FrozenWindow frozen : window.frozen()) {
      sets.add(frozen.series());
    }
    return MergedSeries.of(sets);
  }

  private Optional<Built> write(WindowState state, SeriesSet series) throws IOException {
    long began = parts.clock().nanos();
    Ulid name = state.lastClaim().orElseThrow().planned();
    Optional<Built> built = parts.build().write(name, state.start(), series, () -> progress(state.start()));
    built.ifPresent(block -> {
      parts.stats().blockBytes.add(BlockShelf.bytes(block.meta()));
      LOG.info("window {}: wrote block {} with {} series and {} samples in {} ms", state.start(), name,
          block.meta().stats().series(), block.meta().stats().samples(),
          (parts.clock().nanos() - began) / 1_000_000);
    });
    return built;
  }

  private void progress(long start) {
    if (parts.clock().nanos() - lastProgress >= PROGRESS.toNanos()) {
      lastProgress = parts.clock().nanos();
      logs.note(start, 0);
    }
  }

  /// Finds out what became of a record the volume gave no answer for, and does what follows from it.
  ///
  /// @return whether it is known
  private boolean settled(long start, PendingWindow window) {
    Optional<WindowState> state = ledger.settle(start, window);
    if (state.isPresent() && !(state.get().records().getLast() instanceof Claim)) {
      giveUpMemory(window);
    }
    return window.unanswered().isEmpty();
  }

  /// The registered blocks take the place of the frozen memory, for all queriers opened from now on.
  private void giveUpMemory(PendingWindow window) {
    List<FrozenWindow> frozen = List.copyOf(window.frozen());
    window.frozen().clear();
    parts.shelf().serve(ledger.blocks(), () -> frozen.forEach(FrozenWindow::hide),
        () -> frozen.forEach(this::drop));
  }

  private void drop(FrozenWindow frozen) {
    try {
      frozen.drop();
    } catch (IOException e) {
      LOG.warn("removing the scratch file of window {}: {}", frozen.start(), e.toString());
    }
  }
}
